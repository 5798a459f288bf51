/** The types that `/graphql` can answer with. */
const PRODUCED = ['application/graphql-response+json', 'application/json', 'text/event-stream'] as const;

/** Replaces an Accept header that names none of those. */
const NOTHING = 'none/none';

/**
 * Reduces an Accept header to the types of `/graphql`, each once and in the header's order. Yoga compares each entry with
 * each of its own types, and a header can have thousands of entries.
 */
export function acceptable(header: string | undefined): string {
  if (!header) return '*/*';
  const wanted = new Set<string>();
  for (const entry of header.toLowerCase().split(',')) {
    const [type = '', ...parameters] = entry.split(';').map((part) => part.trim());
    const charset = parameters.find((parameter) => parameter.startsWith('charset='));
    const isReadable = charset === undefined || charset === 'charset=utf-8';
    if (isReadable && PRODUCED.some((produced) => fits(type, produced))) wanted.add(type);
  }
  return [...wanted].join(', ') || NOTHING;
}

function fits(asked: string, produced: string): boolean {
  const [type, subtype] = produced.split('/');
  return asked === produced || asked === '*/*' || asked === `${type}/*` || asked === `*/${subtype}`;
}

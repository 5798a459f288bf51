/** What `/graphql` answers with. */
const PRODUCED = ['application/graphql-response+json', 'application/json', 'text/event-stream'] as const;

/** Stands for an Accept header of which nothing can be answered with. */
const NOTHING = 'none/none';

/**
 * What of an Accept header concerns `/graphql`, each type once and in the header's order. Yoga looks at each entry for
 * each type that it has, and a header has room for thousands.
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

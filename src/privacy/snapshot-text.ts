import type { Snapshot } from './settings.ts';

/** Of the form of the text. One of another version is not read: the next read of WhatsApp takes its place. */
const VERSION = 1;

/** What is kept of a snapshot, as text: all but the number of its read, which says nothing after a restart. */
export const textOf = ({ categories, observedAt }: Snapshot): string =>
  JSON.stringify([VERSION, observedAt, ...[...categories].flat()]);

/** Undefined where it is in no form that this version knows. Older than any read. */
export function snapshotIn(text: string): Snapshot | undefined {
  const [version, observedAt, ...words] = listIn(text);
  if (version !== VERSION || typeof observedAt !== 'number') return undefined;
  if (!words.every((word) => typeof word === 'string') || words.length % 2 === 1) return undefined;
  const categories = new Map<string, string>();
  for (let i = 0; i < words.length; i += 2) categories.set(words[i] ?? '', words[i + 1] ?? '');
  return { categories, observedAt, sequence: 0 };
}

function listIn(text: string): unknown[] {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}

/** How long a new token may work, in seconds. */
const SECONDS = { hour: 3_600, day: 86_400, days30: 30 * 86_400, days90: 90 * 86_400 };

/** `never`: as long as the token that makes it. `date`: until a time that somebody chooses. */
export type End = 'never' | keyof typeof SECONDS | 'date';

/** Those that end before the token that makes it: no new one works longer. */
export const endsBefore = (bound: string | null, now: number): readonly End[] => {
  const left = bound === null ? Infinity : Date.parse(bound) - now;
  const lengths = (Object.keys(SECONDS) as (keyof typeof SECONDS)[]).filter((end) => SECONDS[end] * 1_000 < left);
  return ['never', ...lengths, 'date'];
};

/** @returns null for one that does not end before the other, undefined where no such time can be. */
export function expiryOf(end: End, date: string, bound: string | null, now: number): string | null | undefined {
  if (end === 'never') return null;
  if (end !== 'date') return new Date(now + SECONDS[end] * 1_000).toISOString();
  // As it is typed: in this machine's time zone.
  const at = Date.parse(date);
  if (Number.isNaN(at) || at <= now || (bound !== null && at > Date.parse(bound))) return undefined;
  return new Date(at).toISOString();
}

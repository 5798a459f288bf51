import type { Problem } from './problem.ts';
import { Store } from './store.ts';

/** How the service answers, for the line at the top of each page. */
export type Health =
  | { readonly kind: 'online' }
  | { readonly kind: 'unreachable' }
  /** The token's calls of this minute are used up, or the service is busy. */
  | { readonly kind: 'limited' | 'busy'; readonly until: number };

const ONLINE: Health = { kind: 'online' };
const UNREACHABLE: Health = { kind: 'unreachable' };
const DEFAULT_WAIT_MS = 5_000;

/** @returns what the next answer, or the lack of one, says of the service. */
export function healthAfter(problem: Problem | undefined, now: number): Health {
  if (problem?.code === 'UNREACHABLE') return UNREACHABLE;
  const until = now + (problem?.retryAfterMs ?? DEFAULT_WAIT_MS);
  if (problem?.code === 'RATE_LIMITED') return { kind: 'limited', until };
  if (problem?.code === 'OVERLOADED') return { kind: 'busy', until };
  return ONLINE;
}

export const newHealth = (): Store<Health> => new Store<Health>(ONLINE);

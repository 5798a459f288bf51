import type { PrivacyCall } from '../port.ts';
import { LAST_SEND_MS } from '../time.ts';

/** How often something is asked whose link ends under it. */
const TRIES = 3;

/** Asks, and once more on the next link where this one ended under the question. */
export async function askOnNextLink<T extends { readonly kind: string }>(
  call: PrivacyCall,
  ask: () => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    const answer = await ask();
    if (tries === TRIES || (answer.kind !== 'lost' && answer.kind !== 'unsent')) return answer;
    const spareMs = call.remaining() - LAST_SEND_MS;
    if (spareMs <= 0 || !(await call.whenOpen(spareMs))) return answer;
  }
}

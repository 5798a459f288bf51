import { TIMER } from '../../../src/privacy/fields.ts';
import { withTimer, type Snapshot } from '../../../src/privacy/settings.ts';
import type { Slot, World } from '../world.ts';
import { sameMap } from './reads.ts';

/** What is stored as observed last is what one read showed, of an account that is linked. The timer has reads of its own. */
export function checkObserved({ trace }: Pick<World, 'trace'>, slot: Slot, observed: Snapshot | undefined): void {
  if (!observed) return;
  const { categories } = withTimer(observed);
  const wasRead = trace.requests.some(({ link, shows }) => {
    if (link.slot !== slot.name || !shows) return false;
    return sameMap(new Map([...shows].filter(([category]) => category !== TIMER)), categories);
  });
  const text = (): string => `${slot.name}: ${JSON.stringify([...categories])}`;
  trace.expect(wasRead, 'what is stored was read', text);
  const isLinked = slot.stored !== undefined || slot.isUncertain;
  trace.expect(isLinked, 'what was observed goes with the login', text);
}

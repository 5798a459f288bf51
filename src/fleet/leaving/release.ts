import type { Released } from '../../nodes/residents.ts';
import type { SessionPool } from '../session-pool.ts';
import type { Departures } from './departures.ts';

/** See `Residents`. */
export async function release(
  pool: SessionPool,
  departures: Departures,
  instanceId: string,
  signal: AbortSignal,
  mustStay: () => boolean,
): Promise<Released | 'stays' | undefined> {
  await departures.over(instanceId, signal);
  const session = pool.registry.byId(instanceId);
  if (!session) return undefined;
  using held = new DisposableStack();
  held.use(pool.keep(session));
  const departing = await departures.begin(session, signal, mustStay);
  if (departing === 'stays') return departing;
  const holding = held.move();
  return {
    epoch: session.life.epoch ?? 0,
    moved: (to) => {
      using _ = holding;
      departing.moved(to);
      pool.letGo(session);
    },
    stays: () => {
      using _ = holding;
      departing.stays();
    },
  };
}

import type { Clock } from '../clock.ts';
import { SealError } from '../storage/errors.ts';
import type { InstancePatch } from '../storage/instances.ts';
import type { Storage } from '../storage/storage.ts';
import type { Session } from './session.ts';
import type { InstanceState, StateReason } from './state.ts';

export interface Parts {
  readonly storage: Storage;
  readonly clock: Clock;
}

const STOPPED_BY_USER: StateReason = { code: 'stopped_by_user', message: 'Stopped' };

/** What the user's word changes of an instance, with when that was, which tells it from all before. */
type Word = InstancePatch & Required<Pick<InstancePatch, 'wanted' | 'stateSince'>>;

/** A state that the user's word brought about: it is stored first. */
export async function settle(
  session: Session,
  { storage, clock }: Parts,
  state: InstanceState,
  reason: StateReason,
): Promise<void> {
  await store(session, storage, { wanted: 'stopped', state, stateSince: clock.now(), reason });
  session.set(state, reason);
}

/** Ends the connection because the user wants it so. It goes on as if nothing had been asked where that can't be stored. */
export async function stop(session: Session, parts: Parts): Promise<void> {
  const { storage, clock } = parts;
  const stopped = async () => {
    const state = (await isLinked(session, storage)) ? 'STOPPED' : 'UNPAIRED';
    return { wanted: 'stopped', state, stateSince: clock.now(), reason: STOPPED_BY_USER } as const;
  };
  const word = await stopped();
  await store(session, storage, word);
  const before = session.view;
  await session.halt();
  const hasChanged = session.view !== before;
  session.set(word.state, word.reason);
  // What was being paired may have been linked meanwhile, or the session has stored how it ended by itself.
  const end = await stopped();
  if (hasChanged || end.state !== word.state) await settle(session, parts, end.state, end.reason);
}

/** Credentials that can't be read are there all the same. */
async function isLinked({ view }: Session, storage: Storage): Promise<boolean> {
  try {
    return (await storage.credentials.load(view.id)) !== undefined;
  } catch (error) {
    if (error instanceof SealError) return true;
    throw error;
  }
}

/** Stores it; rejects where that failed, so that nothing has changed. */
export const store = ({ view: { id } }: Session, { instances }: Storage, word: Word): Promise<void> =>
  carriedOut(
    async () => {
      // guard: what was stopped stays so after a restart, else await instances.update(id, { ...word, wanted: 'running' })
      await instances.update(id, word);
    },
    async () => {
      const stored = await instances.get(id);
      return stored?.stateSince === word.stateSince && stored.wanted === word.wanted;
    },
  );

/** Does it; what the database carried out and reported as failed all the same counts as done. */
export async function carriedOut(work: () => Promise<unknown>, isDone: () => Promise<boolean>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(await isDone().catch(() => false))) throw error;
  }
}

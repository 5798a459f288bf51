import type { ShownSettings } from '../../instance/privacy/view.ts';
import type { Session } from '../../instance/session.ts';
import type { InstanceView } from '../../instance/state.ts';
import type { PrivacyReading } from '../calls/privacy-calls.ts';
import type { Reach } from '../calls/reach.ts';
import type { Change, Watching } from '../calls/watching.ts';
import type { InstanceRows } from '../instance-rows.ts';
import { type Nudge, type Nudges, Topic } from './nudges.ts';
import type { SessionPool } from '../session-pool.ts';
import { watch } from './watch.ts';
import { type Present, watchAll } from './watch-all.ts';

const PAGE = 100;

type Reading = PrivacyReading & ShownSettings;

/** What was told as stale is told again once it is known to hold; that it grows old is the instance's state to tell. */
const isTold = (now: Told, told: Told): boolean => now.changed === told.changed && (now.stale || !told.stale);
type Told = Pick<Reading, 'changed' | 'stale'>;

const readingOf = ({ view, privacy: { settings } }: Session): Reading | 'none_yet' =>
  settings ? { instance: view, ...settings } : 'none_yet';

/** Tells those who watch instances of each change. */
export class SessionWatching implements Watching {
  readonly #instances = new Topic();
  readonly #settings = new Topic();
  readonly #pool: SessionPool;
  readonly #rows: InstanceRows;

  constructor(pool: SessionPool, rows: InstanceRows) {
    this.#pool = pool;
    this.#rows = rows;
  }

  instanceChanged(instance: Nudge): void {
    this.#instances.publish(instance);
  }

  privacyChanged(instance: Nudge): void {
    this.#settings.publish(instance);
  }

  /** One instance until it is deleted. */
  changesOf(session: Session, signal: AbortSignal): AsyncIterable<InstanceView> {
    const { id } = session.view;
    // guard: pairing waits for its instance only as long as there is one, else () => session.view
    const read = () => (this.#pool.registry.has(session) ? session.view : undefined);
    return watch(read, () => this.#instances.subscribe(id), signal);
  }

  watchInstance(reach: Reach, name: string, signal: AbortSignal): Promise<AsyncIterable<InstanceView>> {
    return this.#watched(reach, name, (session) => this.changesOf(session, signal));
  }

  watchPrivacy(reach: Reach, name: string, signal: AbortSignal): Promise<AsyncIterable<PrivacyReading>> {
    return this.#watched(reach, name, (session) => {
      let last: Reading | undefined;
      const read = (): PrivacyReading | undefined | 'none_yet' => {
        if (!this.#pool.registry.has(session)) return undefined;
        const now = readingOf(session);
        if (now !== 'none_yet' && !(last && isTold(now, last))) last = now;
        return last ?? 'none_yet';
      };
      return watch(read, () => this.#settings.subscribe(session.view.id), signal);
    });
  }

  watchInstances(reach: Reach, signal: AbortSignal): AsyncIterable<Change<InstanceView>> {
    const told = new WeakSet<InstanceView>();
    const place = { name: '', isPastAll: false };
    const read = async (id: string) =>
      this.#pool.registry.get(reach, id)?.view ?? (await this.#rows.get(reach, id))?.view;
    const present = async function* (this: SessionWatching, nudges: Nudges): AsyncGenerator<Present<InstanceView>> {
      // Names beyond this place are still to come, and those before it have been told.
      nudges.wasTold = ({ name, isNew }) => !isNew && (place.isPastAll || name <= place.name);
      for (let more = true; more;) {
        const rows = await this.#rows.list(reach, { first: PAGE, afterName: place.name });
        for (const { view } of rows) {
          const { id, name } = view;
          place.name = name;
          const hasChanged = nudges.take(id);
          const live = this.#pool.registry.byId(id)?.view;
          yield { id, value: live ?? (hasChanged ? await read(id) : view) };
        }
        more = rows.length === PAGE;
      }
      place.isPastAll = true;
    };
    return watchAll(
      {
        subscribe: () => this.#instances.subscribe(reach.instanceId ?? reach.accountId),
        present: present.bind(this),
        read,
        tell: (_, view) => !told.has(view) && Boolean(told.add(view)),
        forget: ({ wasTold }) => wasTold,
      },
      signal,
    );
  }

  watchPrivacies(reach: Reach, signal: AbortSignal): AsyncIterable<Change<PrivacyReading>> {
    const told = new Map<string, Told>();
    const read = (id: string) => {
      const session = this.#pool.registry.get(reach, id);
      return session && readingOf(session);
    };
    return watchAll<Reading>(
      {
        subscribe: () => this.#settings.subscribe(reach.instanceId ?? reach.accountId),
        // Settings are known of none that has no session.
        present: (nudges) =>
          this.#pool.registry
            .all(reach.accountId)
            .map(({ view }) => view)
            .toSorted((one, other) => (one.name < other.name ? -1 : 1))
            .values()
            .map(({ id }) => (nudges.take(id), { id, value: read(id) })),
        read,
        tell: (id, { changed, stale }) => {
          const last = told.get(id);
          if (last && isTold({ changed, stale }, last)) return false;
          told.set(id, { changed, stale });
          return true;
        },
        // Without a session here it may still be there.
        forget: ({ id, isGone = false }) => isGone && told.delete(id),
      },
      signal,
    );
  }

  /** @throws PrivetError NOT_FOUND when there is none of that name within reach */
  async #watched<T>(
    reach: Reach,
    name: string,
    changes: (session: Session) => AsyncIterable<T>,
  ): Promise<AsyncIterable<T>> {
    const { pool, instanceId } = await this.#pool.use(reach, name, async ({ view }) => ({
      pool: this.#pool,
      instanceId: view.id,
    }));
    // The session is held once somebody reads the stream, which nobody may.
    return (async function* () {
      using held = await pool.hold({ ...reach, instanceId }, name);
      if (held) yield* changes(held.session);
    })();
  }
}

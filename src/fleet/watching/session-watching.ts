import type { ShownSettings } from '../../instance/privacy/view.ts';
import type { Session } from '../../instance/session.ts';
import type { InstanceView } from '../../instance/state.ts';
import type { PrivacyReading } from '../calls/privacy-calls.ts';
import { sameSettings } from '../../privacy/settings.ts';
import type { Reach } from '../calls/reach.ts';
import type { Change, Watching } from '../calls/watching.ts';
import type { InstanceRows } from '../instance-rows.ts';
import { type Nudge, type Nudges, Topic } from './nudges.ts';
import type { SessionPool } from '../session-pool.ts';
import { latestValues } from './latest-values.ts';
import { type Present, allChanges } from './all-changes.ts';

const PAGE = 100;

/** Settings as sessions show them. */
export type Reading = PrivacyReading & ShownSettings;

/** Stale settings are sent again once they are known to hold. That settings grow stale is not sent: the state shows it. */
// guard: only changes are published, else () => false
const isNoNews = (now: Sent, sent: Sent): boolean =>
  (now.changed === sent.changed || sameSettings(now.changed, sent.changed)) && (now.stale || !sent.stale);
type Sent = Pick<Reading, 'changed' | 'stale'>;

export const readingOf = ({ view, privacy: { settings } }: Session): Reading | 'none_yet' =>
  settings ? { instance: view, ...settings } : 'none_yet';

/** Streams of the instances' states and settings. */
export class SessionWatching implements Watching {
  /** What happens to the states of instances. */
  readonly instances = new Topic();
  /** What happens to their settings. */
  readonly settings = new Topic();
  readonly #pool: SessionPool;
  readonly #rows: InstanceRows;

  constructor(pool: SessionPool, rows: InstanceRows) {
    this.#pool = pool;
    this.#rows = rows;
  }

  /** Whether somebody watches this one instance. */
  isWatched(instanceId: string): boolean {
    return this.instances.isFollowed(instanceId) || this.settings.isFollowed(instanceId);
  }

  instanceChanged(instance: Nudge): void {
    this.instances.publish(instance);
  }

  privacyChanged(instance: Nudge): void {
    this.settings.publish(instance);
  }

  /** One instance until it is deleted. */
  changesOf(session: Session, signal: AbortSignal): AsyncIterable<InstanceView> {
    const { id } = session.view;
    // guard: pairing waits for its instance only as long as there is one, else () => session.view
    const read = () => (this.#pool.registry.has(session) ? session.view : undefined);
    return latestValues(read, () => this.instances.subscribe(id), signal);
  }

  watchInstance(reach: Reach, name: string, signal: AbortSignal): Promise<AsyncIterable<InstanceView>> {
    return this.#watched(reach, name, signal, (session) => this.changesOf(session, signal));
  }

  watchPrivacy(reach: Reach, name: string, signal: AbortSignal): Promise<AsyncIterable<Reading>> {
    return this.#watched(reach, name, signal, (session) => {
      let last: Reading | undefined;
      const read = (): Reading | undefined | 'none_yet' => {
        if (!this.#pool.registry.has(session)) return undefined;
        const now = readingOf(session);
        if (now !== 'none_yet' && !(last && isNoNews(now, last))) last = now;
        return last ?? 'none_yet';
      };
      return latestValues(read, () => this.settings.subscribe(session.view.id), signal);
    });
  }

  watchInstances(reach: Reach, signal: AbortSignal): AsyncIterable<Change<InstanceView>> {
    const sent = new WeakSet<InstanceView>();
    const place = { name: '', isPastAll: false };
    const read = async (id: string) =>
      this.#pool.registry.get(reach, id)?.view ?? (await this.#rows.get(reach, id))?.view;
    const present = async function* (this: SessionWatching, nudges: Nudges): AsyncGenerator<Present<InstanceView>> {
      // The listing goes by name: names up to this place were sent, others are still to come.
      nudges.wasSent = ({ name, isNew }) => !isNew && (place.isPastAll || name <= place.name);
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
    return allChanges(
      {
        subscribe: () => this.instances.subscribe(reach.instanceId ?? reach.accountId),
        present: present.bind(this),
        read,
        noteSent: (_, view) => !sent.has(view) && Boolean(sent.add(view)),
        noteGone: ({ wasSent }) => wasSent,
      },
      signal,
    );
  }

  watchPrivacies(reach: Reach, signal: AbortSignal): AsyncIterable<Change<PrivacyReading>> {
    const sent = new Map<string, Sent>();
    const read = (id: string) => {
      const session = this.#pool.registry.get(reach, id);
      return session && readingOf(session);
    };
    return allChanges<Reading>(
      {
        subscribe: () => this.settings.subscribe(reach.instanceId ?? reach.accountId),
        // Only sessions know settings.
        present: (nudges) =>
          this.#pool.registry
            .all(reach.accountId)
            .map(({ view }) => view)
            .toSorted((one, other) => (one.name < other.name ? -1 : 1))
            .values()
            .map(({ id }) => (nudges.take(id), { id, value: read(id) })),
        read,
        noteSent: (id, { changed, stale }) => {
          const last = sent.get(id);
          if (last && isNoNews({ changed, stale }, last)) return false;
          sent.set(id, { changed, stale });
          return true;
        },
        // One without a session is not gone for that.
        noteGone: ({ id, isGone = false }) => isGone && sent.delete(id),
      },
      signal,
    );
  }

  /** @throws PrivetError NOT_FOUND when there is none of that name within reach */
  async #watched<T>(
    reach: Reach,
    name: string,
    signal: AbortSignal,
    changes: (session: Session) => AsyncIterable<T>,
  ): Promise<AsyncIterable<T>> {
    const { pool, instanceId } = await this.#pool.use(reach, name, { signal }, async ({ view }) => ({
      pool: this.#pool,
      instanceId: view.id,
    }));
    // Held only once somebody reads the stream: maybe nobody ever does.
    return (async function* () {
      using held = await pool.hold({ ...reach, instanceId }, name);
      if (held) yield* changes(held.session);
    })();
  }
}

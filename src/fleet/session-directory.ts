import type { Session } from '../instance/session.ts';
import type { InstanceState, InstanceView } from '../instance/state.ts';
import type { OwnersCounted } from '../storage/instances.ts';
import type { Directory, InstancePage } from './calls/directory.ts';
import type { PrivacyReading } from './calls/privacy-calls.ts';
import type { Reach } from './calls/reach.ts';
import type { InstanceRows } from './instance-rows.ts';
import type { HeldSession, SessionPool } from './session-pool.ts';
import type { ReadTogether } from './stored/read-together.ts';
import type { StoredSettings } from './stored/stored-settings.ts';

/**
 * Instances as they are stored; those that have a session here as it shows them. One that is asked for by its name or id
 * is likely to be asked for again, so its session stays for that: reading its row anew takes as long as a third of a call.
 */
export class SessionDirectory implements Directory {
  readonly #pool: SessionPool;
  readonly #rows: InstanceRows;
  readonly #settings: StoredSettings;
  readonly #nodes: ReadTogether<string> | undefined;

  /** @param nodes the names of the nodes that have them; undefined where there are no nodes */
  constructor(pool: SessionPool, rows: InstanceRows, settings: StoredSettings, nodes?: ReadTogether<string>) {
    this.#pool = pool;
    this.#rows = rows;
    this.#settings = settings;
    this.#nodes = nodes;
  }

  find(reach: Reach, name: string): Promise<InstanceView | undefined> {
    const session = this.#pool.glance(reach, name);
    return session ? Promise.resolve(found(reach, session)) : this.#brought(reach, this.#pool.hold(reach, name));
  }

  get(reach: Reach, id: string): Promise<InstanceView | undefined> {
    return this.#brought(reach, this.#pool.holdById(reach, id));
  }

  async #brought(reach: Reach, holding: Promise<HeldSession | undefined>): Promise<InstanceView | undefined> {
    using held = await holding;
    return held && found(reach, held.session);
  }

  async list(reach: Reach, page: { first: number; after?: string | undefined }): Promise<InstancePage> {
    const rows = await this.#rows.list(reach, { first: page.first + 1, afterName: page.after });
    const instances = rows.slice(0, page.first).map(({ view }) => this.#pool.registry.byId(view.id)?.view ?? view);
    return { instances, hasNextPage: rows.length > page.first };
  }

  count(reach: Reach): Promise<number> {
    return this.#rows.count(reach);
  }

  async lastObserved(instance: InstanceView): Promise<PrivacyReading | undefined> {
    const known = this.#known(instance);
    if (known) return known;
    const snapshot = await this.#settings.get(instance.id);
    // It may have been connected meanwhile.
    return this.#known(instance) ?? (snapshot && { instance, snapshot, stale: true });
  }

  nodeOf(instance: InstanceView): Promise<string | undefined> | undefined {
    return this.#nodes?.get(instance.id);
  }

  #known(instance: InstanceView): PrivacyReading | undefined {
    const session = this.#pool.registry.byId(instance.id);
    // What another run of the service has observed since is stored.
    const shown = session?.life.isLost ? undefined : session?.privacy.settings;
    return shown && { instance, snapshot: shown.snapshot, stale: shown.stale };
  }

  /** How many instances there are in each state, those of all accounts; of several nodes, those of some. */
  countByState(owners?: OwnersCounted): Promise<ReadonlyMap<InstanceState, number>> {
    return this.#rows.countByState(
      this.#pool.registry.all().map(({ view }) => view),
      owners,
    );
  }
}

function found({ onFound }: Reach, { view }: Session): InstanceView {
  onFound?.(view);
  return view;
}

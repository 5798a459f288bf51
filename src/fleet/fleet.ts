import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { Owner } from '../instance/life.ts';
import type { InstanceState } from '../instance/state.ts';
import type { OpenLinkOf } from '../instance/session-deps.ts';
import type { Storage } from '../storage/storage.ts';
import type { SessionEvents } from '../telemetry/events.ts';
import type { FleetCalls } from './calls/fleet-calls.ts';
import { IdempotentCalls } from './once-only/idempotent-calls.ts';
import { InstanceRows } from './instance-rows.ts';
import type { LoginSlots } from '../nodes/receiving.ts';
import type { Residents } from '../nodes/residents.ts';
import { Departures } from './leaving/departures.ts';
import type { PoolNode } from './pool-node.ts';
import { SessionResidents } from './session-residents.ts';
import { ReadTogether } from './stored/read-together.ts';
import { SessionContactCalls } from './session-contact-calls.ts';
import { SessionDirectory } from './session-directory.ts';
import { SessionLifecycle } from './session-lifecycle.ts';
import { SessionPool } from './session-pool.ts';
import { SessionPrivacyCalls } from './session-privacy-calls.ts';
import { StoredSettings } from './stored/stored-settings.ts';
import { SessionWatching } from './watching/session-watching.ts';
import { startUpkeep } from './upkeep.ts';

export interface FleetOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly telemetry: SessionEvents;
  readonly storage: Storage;
  readonly owner: Owner;
  /** Where this process is one of several. Its membership is the owner then. */
  readonly node?: PoolNode | undefined;
  readonly openLink: OpenLinkOf;
  /** Logins a second, over all nodes. */
  readonly loginRate?: number | undefined;
  /** 0 … 1; Math.random by default. */
  readonly random?: () => number;
}

/** The instances of all accounts, and their sessions. */
export class Fleet implements FleetCalls, AsyncDisposable {
  readonly directory: SessionDirectory;
  readonly lifecycle: SessionLifecycle;
  readonly privacy: SessionPrivacyCalls;
  readonly contacts: SessionContactCalls;
  readonly watching: SessionWatching;
  /** The sessions, for the claims of a node of several. */
  readonly residents: Residents;
  /** The turns to log in. */
  readonly slots: LoginSlots;
  readonly #options: FleetOptions;
  /** Of the instances of all nodes, where there are several. */
  readonly rows: InstanceRows;
  readonly #pool: SessionPool;
  readonly #idempotent: IdempotentCalls;
  #upkeep: Disposable | undefined;

  constructor(options: FleetOptions) {
    this.#options = options;
    const { random = Math.random, clock, log, storage, telemetry } = options;
    const rows = new InstanceRows(storage, log);
    const departures = options.node && new Departures(clock);
    const pool = new SessionPool({
      ...options,
      rows,
      random,
      departures,
      logins: storage.shared?.logins,
      isWatched: (id) => this.watching.isWatched(id),
      onInstanceChange: (instance) => this.watching.instanceChanged(instance),
      onPrivacyChange: (instance) => this.watching.privacyChanged(instance),
    });
    this.#pool = pool;
    this.rows = rows;
    this.slots = pool.gate;
    this.residents = new SessionResidents(pool, rows, departures);
    this.#idempotent = new IdempotentCalls(storage, clock, options.owner);
    this.watching = new SessionWatching(pool, rows);
    const { whereabouts } = storage;
    const nodes = whereabouts && new ReadTogether((ids) => whereabouts.nodesOf(ids));
    this.directory = new SessionDirectory(pool, rows, new StoredSettings(storage.observedSettings), nodes);
    this.lifecycle = new SessionLifecycle({ ...options, pool, watching: this.watching });
    this.privacy = new SessionPrivacyCalls(pool, this.#idempotent, telemetry);
    this.contacts = new SessionContactCalls(pool, this.#idempotent, telemetry);
  }

  /** Those that are in memory here. */
  get sessions(): SessionPool['registry'] {
    return this.#pool.registry;
  }

  /** Makes the sessions of all instances that are to be connected; none connects yet. */
  load(): Promise<void> {
    return this.#pool.load();
  }

  /** Starts the sessions of all instances that were running when the service ended, and deletes what is kept for long enough. */
  resume(): void {
    const { clock, log, storage } = this.#options;
    const chores = [
      { what: 'archived logins', run: () => storage.credentials.purgeArchived(clock.now()) },
      {
        what: 'calls with a key that were left running',
        run: () => this.#idempotent.forgetLeftBehind((run) => this.#lives(run)),
      },
      { what: 'outcomes of calls with a key', run: () => this.#idempotent.purge() },
      { what: 'streams of nodes that are gone', run: async () => storage.shared?.streams.purge() },
    ];
    this.#upkeep ??= startUpkeep({ clock, log, chores, isBusy: () => storage.isBusy || !this.#isFirst });
    this.#pool.resume();
  }

  /** Whether it does what one process alone has to do: of several nodes the one that has run for longest. */
  get #isFirst(): boolean {
    const { membership } = this.#options.node ?? {};
    if (!membership) return true;
    const live = membership.nodes.filter(({ isLive }) => isLive);
    const [first] = live.toSorted((one, other) => one.startedAt - other.startedAt || (one.id < other.id ? -1 : 1));
    return first?.incarnation === membership.incarnation;
  }

  async #lives(incarnation: string): Promise<boolean> {
    return (await this.#options.node?.membership.find(incarnation))?.isLive ?? false;
  }

  /**
   * How many instances there are in each state. Of several nodes each counts what it has, and the one that has run for
   * longest also what no node has that lives.
   */
  countByState(): Promise<ReadonlyMap<InstanceState, number>> {
    const { membership } = this.#options.node ?? {};
    if (!membership) return this.directory.countByState();
    const { incarnation, nodes } = membership;
    const others = nodes.filter((node) => node.isLive && node.incarnation !== incarnation);
    const exceptOf = others.map((node) => node.incarnation);
    return this.directory.countByState(this.#isFirst ? { exceptOf } : { of: incarnation });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#upkeep?.[Symbol.dispose]();
    await this.#pool[Symbol.asyncDispose]();
    await this.#idempotent.storeLate();
  }
}

import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { Owner } from '../instance/life.ts';
import type { InstanceState } from '../instance/state.ts';
import type { OpenLinkOf } from '../instance/session-deps.ts';
import type { Session } from '../instance/session.ts';
import type { Storage } from '../storage/storage.ts';
import type { SessionEvents } from '../telemetry/events.ts';
import type { FleetCalls } from './calls/fleet-calls.ts';
import { IdempotentUpdates } from './idempotent-updates.ts';
import { SessionDirectory } from './session-directory.ts';
import { SessionLifecycle } from './session-lifecycle.ts';
import { SessionPool } from './session-pool.ts';
import { SessionPrivacyCalls } from './session-privacy-calls.ts';
import { SessionWatching } from './session-watching.ts';
import type { Events } from './topics.ts';
import { startUpkeep } from './upkeep.ts';

export interface FleetOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly telemetry: SessionEvents;
  readonly storage: Storage;
  readonly owner: Owner;
  readonly events: Events;
  readonly openLink: OpenLinkOf;
  /** 0 … 1; Math.random by default. */
  readonly random?: () => number;
}

/** The instances of all accounts, and their sessions. */
export class Fleet implements FleetCalls, AsyncDisposable {
  readonly directory: SessionDirectory;
  readonly lifecycle: SessionLifecycle;
  readonly privacy: SessionPrivacyCalls;
  readonly watching: SessionWatching<Session>;
  readonly #options: FleetOptions;
  readonly #pool: SessionPool;
  readonly #idempotent: IdempotentUpdates;
  #upkeep: Disposable | undefined;

  constructor(options: FleetOptions) {
    this.#options = options;
    const { events, random = Math.random, clock, storage, telemetry } = options;
    const pool = new SessionPool({
      ...options,
      random,
      onInstanceChange: (id) => this.watching.instanceChanged(id),
      onPrivacyChange: (id) => this.watching.privacyChanged(id),
    });
    this.#pool = pool;
    this.#idempotent = new IdempotentUpdates(storage, clock);
    this.watching = new SessionWatching(pool, events);
    this.directory = new SessionDirectory(pool);
    this.lifecycle = new SessionLifecycle({ ...options, pool, watching: this.watching });
    this.privacy = new SessionPrivacyCalls(pool, this.#idempotent, telemetry);
  }

  /** Takes up every stored instance. Until then none can be found. */
  load(): Promise<void> {
    return this.#pool.load();
  }

  /** Starts the sessions of all instances that were running when the service ended, and deletes what is kept for long enough. */
  resume(): void {
    const { clock, log, storage } = this.#options;
    const chores = [
      { what: 'archived logins', run: () => storage.credentials.purgeArchived(clock.now()) },
      { what: 'calls with a key that were left running', run: () => this.#idempotent.forgetRunning() },
      { what: 'outcomes of calls with a key', run: () => this.#idempotent.purge() },
    ];
    this.#upkeep ??= startUpkeep({ clock, log, chores, isBusy: () => storage.isBusy });
    this.#pool.resume();
  }

  /** How many instances there are in each state. */
  countByState(): ReadonlyMap<InstanceState, number> {
    return this.directory.countByState();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#upkeep?.[Symbol.dispose]();
    await this.#pool[Symbol.asyncDispose]();
  }
}

import type { Logger } from 'pino';
import type { InstanceState, InstanceView } from '../instance/state.ts';
import { INSTANCE_STATES } from '../instance/state.ts';
import { viewOf } from '../instance/stored-view.ts';
import type { InstanceRecord, OwnersCounted } from '../storage/instances.ts';
import type { Storage } from '../storage/storage.ts';
import { ofInstance } from '../telemetry/events.ts';
import { isWithin, type Reach } from './calls/reach.ts';

const PAGE = 500;
/** So many damaged rows are logged once each; further ones are not logged. */
const MOST_LOGGED = 1_000;

/** An instance as it is stored. */
export interface InstanceRow {
  readonly view: InstanceView;
  readonly record: InstanceRecord;
}

/** All instances, as they are stored. */
export class InstanceRows {
  readonly #accounts: Storage['accounts'];
  readonly #instances: Storage['instances'];
  readonly #log: Logger;
  readonly #loggedDamaged = new Set<string>();

  constructor({ accounts, instances }: Pick<Storage, 'accounts' | 'instances'>, log: Logger) {
    this.#accounts = accounts;
    this.#instances = instances;
    this.#log = log;
  }

  async find(reach: Reach, name: string): Promise<InstanceRow | undefined> {
    return this.#within(reach, await this.#instances.find(reach.accountId, name));
  }

  async get(reach: Reach, id: string): Promise<InstanceRow | undefined> {
    return this.#within(reach, await this.#instances.get(id));
  }

  /** Whoever's it is. */
  async byId(id: string): Promise<InstanceRow | undefined> {
    const record = await this.#instances.get(id);
    return record && this.#rowOf(record);
  }

  /** At most `first`, by name, those after `afterName`. */
  async list(reach: Reach, page: { first: number; afterName: string | undefined }): Promise<InstanceRow[]> {
    const { accountId, instanceId } = reach;
    if (instanceId === undefined) {
      return (await this.#instances.list(accountId, page)).map((record) => this.#rowOf(record));
    }
    const own = await this.get(reach, instanceId);
    return own && own.view.name > (page.afterName ?? '') ? [own] : [];
  }

  async count(reach: Reach): Promise<number> {
    const { accountId, instanceId } = reach;
    if (instanceId === undefined) return this.#instances.count(accountId);
    return (await this.get(reach, instanceId)) ? 1 : 0;
  }

  /** Those that are to be connected, of all accounts. */
  async *toResume(): AsyncGenerator<InstanceRow, void, void> {
    for (const { id } of await this.#accounts.list()) {
      let records: InstanceRecord[] = [];
      do {
        records = await this.#instances.toResume(id, { first: PAGE, afterName: records.at(-1)?.name });
        for (const record of records) yield this.#rowOf(record);
      } while (records.length === PAGE);
    }
  }

  /** How many there are in each state. Those in `live` count by the state that they have now, not by the stored one. */
  async countByState(
    live: readonly InstanceView[],
    owners?: OwnersCounted,
  ): Promise<ReadonlyMap<InstanceState, number>> {
    const counts = new Map<InstanceState, number>(INSTANCE_STATES.map((state) => [state, 0]));
    const add = (state: string, count: number): void => {
      const known = INSTANCE_STATES.find((each) => each === state) ?? 'STOPPED';
      // An instance that is stored anew between two of these statements is no fewer than none.
      counts.set(known, Math.max(0, (counts.get(known) ?? 0) + count));
    };
    for (const [state, count] of await this.#instances.countByState(undefined, owners)) add(state, count);
    for (let start = 0; start < live.length; start += PAGE) {
      const some = live.slice(start, start + PAGE);
      const stored = await this.#instances.countByState(
        some.map(({ id }) => id),
        owners,
      );
      for (const [state, count] of stored) add(state, -count);
      for (const { state } of some) add(state, 1);
    }
    return counts;
  }

  #within(reach: Reach, record: InstanceRecord | undefined): InstanceRow | undefined {
    return record && isWithin(reach, record) ? this.#rowOf(record) : undefined;
  }

  #rowOf(record: InstanceRecord): InstanceRow {
    const { id, damaged: err } = record;
    if (err && !this.#loggedDamaged.has(id) && this.#loggedDamaged.size < MOST_LOGGED) {
      this.#loggedDamaged.add(id);
      this.#log.warn({ ...ofInstance(record), err }, 'the phone number does not open: shown as unknown');
    }
    return { view: viewOf(record), record };
  }
}

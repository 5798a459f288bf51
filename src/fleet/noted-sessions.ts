import type { Call } from '../call.ts';
import type { RequestedChange } from '../privacy/outcome.ts';
import type { RequestRecord } from '../telemetry/request-record.ts';
import type { FirstTokenOf, Once, Reach, Sessions } from './sessions.ts';
import type { InstanceView } from '../instance/state.ts';

/** The sessions as one request sees them: which instances it found and what its updates cost go into its record. */
export class NotedSessions implements Sessions {
  readonly #sessions: Sessions;
  readonly #record: RequestRecord;

  constructor(sessions: Sessions, record: RequestRecord) {
    this.#sessions = sessions;
    this.#record = record;
  }

  async create(reach: Reach, name: string, tokenOf?: FirstTokenOf): Promise<InstanceView> {
    const view = await this.#sessions.create(reach, name, tokenOf);
    this.#record.noteInstance(view);
    return view;
  }

  async find(reach: Reach, name: string): Promise<InstanceView | undefined> {
    const view = await this.#sessions.find(reach, name);
    if (view) this.#record.noteInstance(view);
    return view;
  }

  list: Sessions['list'] = (reach, page) => this.#sessions.list(reach, page);

  async pair(reach: Reach, name: string, phoneNumber: string | undefined, signal: AbortSignal): Promise<InstanceView> {
    await this.find(reach, name);
    return this.#sessions.pair(reach, name, phoneNumber, signal);
  }

  async start(reach: Reach, name: string, signal: AbortSignal): Promise<InstanceView> {
    await this.find(reach, name);
    return this.#sessions.start(reach, name, signal);
  }

  async stop(reach: Reach, name: string, signal: AbortSignal): Promise<InstanceView> {
    await this.find(reach, name);
    return this.#sessions.stop(reach, name, signal);
  }

  async unlink(reach: Reach, name: string, signal: AbortSignal): Promise<InstanceView> {
    await this.find(reach, name);
    return this.#sessions.unlink(reach, name, signal);
  }

  async delete(reach: Reach, name: string, signal: AbortSignal): Promise<void> {
    await this.find(reach, name);
    return this.#sessions.delete(reach, name, signal);
  }

  async readPrivacy(reach: Reach, name: string, call: Call) {
    await this.find(reach, name);
    return this.#sessions.readPrivacy(reach, name, call);
  }

  async updatePrivacy(reach: Reach, name: string, changes: readonly RequestedChange[], call: Call, once?: Once) {
    await this.find(reach, name);
    const result = await this.#sessions.updatePrivacy(reach, name, changes, call, once);
    this.#record.noteUpdate(result.outcome.stanzas, result.outcome.failures.length);
    return result;
  }

  async watchInstance(reach: Reach, name: string, signal: AbortSignal) {
    await this.find(reach, name);
    return this.#sessions.watchInstance(reach, name, signal);
  }

  async watchPrivacy(reach: Reach, name: string, signal: AbortSignal) {
    await this.find(reach, name);
    return this.#sessions.watchPrivacy(reach, name, signal);
  }

  watchInstances(reach: Reach, signal: AbortSignal) {
    return this.#sessions.watchInstances(reach, signal);
  }

  watchPrivacies(reach: Reach, signal: AbortSignal) {
    return this.#sessions.watchPrivacies(reach, signal);
  }
}

import { instanceNotFound } from '../errors.ts';
import { LoginGate } from '../instance/login/login-gate.ts';
import { Session } from '../instance/session.ts';
import type { SessionDeps } from '../instance/session-deps.ts';
import { PAIRING_ENDED } from '../instance/state.ts';
import { viewOf } from '../instance/stored-view.ts';
import type { InstanceRecord } from '../storage/instances.ts';
import { ofInstance } from '../telemetry/events.ts';
import type { Reach } from './calls/reach.ts';
import { InstanceRegistry } from './instance-registry.ts';

const PAGE = 500;

/** The sessions of this process, and which of them are still to be taken up where the service before left them. */
export class SessionPool implements AsyncDisposable {
  readonly registry = new InstanceRegistry<Session>();
  readonly #resumable = new Set<Session>();
  #hasResumed = false;
  readonly #deps: SessionDeps;

  constructor(deps: Omit<SessionDeps, 'gate'>) {
    this.#deps = { ...deps, gate: new LoginGate(deps.clock) };
  }

  /** Takes up every stored instance. Until then none can be found. */
  async load(): Promise<void> {
    const { storage } = this.#deps;
    for (const account of await storage.accounts.list()) {
      let afterName: string | undefined;
      do {
        const records = await storage.instances.list(account.id, { first: PAGE, afterName });
        for (const record of records) this.#take(record);
        afterName = records.length === PAGE ? records.at(-1)?.name : undefined;
      } while (afterName !== undefined);
    }
  }

  /** Starts the sessions of all instances that were running when the service ended. */
  resume(): void {
    this.#hasResumed = true;
    for (const session of this.#resumable) session.resume();
    this.#resumable.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.registry.all().map((session) => this.#end(session)));
  }

  /** @throws PrivetError NOT_FOUND when there is none of that name within reach */
  get(reach: Reach, name: string): Session {
    const session = this.registry.find(reach, name);
    if (!session) throw instanceNotFound(name);
    reach.onFound?.(session.view);
    return session;
  }

  /** One change of an instance's life, in its turn. */
  change<T>(session: Session, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    return session.exclusively(signal, async () => {
      // It may have been deleted while this call waited.
      if (!this.registry.has(session)) throw instanceNotFound(session.view.name);
      // What a user asks for now replaces what was wanted when the service ended, unless it fails.
      const wasResumable = this.#resumable.delete(session);
      try {
        return await work();
      } catch (error) {
        if (wasResumable && this.#hasResumed) session.resume();
        else if (wasResumable) this.#resumable.add(session);
        throw error;
      }
    });
  }

  register(record: InstanceRecord): Session {
    const known = this.registry.find({ accountId: record.accountId }, record.name);
    if (known?.view.id === record.id) return known;
    const session = new Session(this.#deps, viewOf(record));
    this.registry.add(session);
    this.#deps.onInstanceChange(record.id);
    return session;
  }

  #take(record: InstanceRecord): void {
    const { damaged: err } = record;
    if (err) this.#deps.log.warn({ ...ofInstance(record), err }, 'the phone number does not open: shown as unknown');
    const session = this.register(record);
    // guard: only what was running is resumed, else true
    if (record.wanted === 'running') this.#resumable.add(session);
  }

  /** The service ends: who waits for something to scan or type is told that none comes. */
  async #end(session: Session): Promise<void> {
    await session.end();
    if (session.view.state === 'PAIRING') session.set('UNPAIRED', PAIRING_ENDED);
  }
}

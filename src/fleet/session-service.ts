import type { Logger } from 'pino';
import type { Call } from '../call.ts';
import type { Clock } from '../clock.ts';
import { instanceNotFound, PrivetError } from '../errors.ts';
import type { Events } from './topics.ts';
import type { RequestedChange, UpdateOutcome } from '../privacy/outcome.ts';
import type { InstanceRecord } from '../storage/instances.ts';
import type { Storage } from '../storage/storage.ts';
import { ofInstance, type SessionEvents } from '../telemetry/events.ts';
import { InstanceRegistry } from './instance-registry.ts';
import { beginPairing, waitForPairing } from './pairing.ts';
import type { OpenLink } from '../wire/link.ts';
import { LoginGate } from '../instance/login/login-gate.ts';
import { Session } from '../instance/session.ts';
import type { SessionDeps } from '../instance/session-deps.ts';
import { OnceOnly } from './once-only.ts';
import type { FirstTokenOf, InstancePage, Once, PrivacyReading, Reach, Sessions } from './sessions.ts';
import { carriedOut, stop, store } from '../instance/settle.ts';
import { INSTANCE_STATES, PAIRING_ENDED } from '../instance/state.ts';
import type { InstanceState, InstanceView } from '../instance/state.ts';
import { viewOf } from '../instance/stored-view.ts';
import { logOut, unlink } from '../instance/unlink.ts';
import { startUpkeep } from './upkeep.ts';
import type { Change } from './watch-all.ts';
import { Watching } from './watching.ts';

export type { InstancePage, Once, PrivacyReading, Reach, Sessions } from './sessions.ts';

export interface SessionServiceOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly telemetry: SessionEvents;
  readonly storage: Storage;
  readonly events: Events;
  readonly openLink: OpenLink;
  /** 0 … 1; Math.random by default. */
  readonly random?: () => number;
}

const PAGE = 500;

/** Owns the sessions of all instances. */
export class SessionService implements Sessions, AsyncDisposable {
  readonly #registry = new InstanceRegistry<Session>();
  readonly #resumable = new Set<Session>();
  #hasResumed = false;
  #upkeep: Disposable | undefined;
  readonly #onceOnly: OnceOnly;
  readonly #options: SessionServiceOptions;
  readonly #sessionDeps: SessionDeps;
  readonly #watching: Watching<Session>;

  constructor(options: SessionServiceOptions) {
    this.#options = options;
    const { clock, log, telemetry, storage, openLink, events, random = Math.random } = options;
    this.#watching = new Watching(this.#registry, events);
    this.#onceOnly = new OnceOnly(storage, clock);
    this.#sessionDeps = {
      clock,
      log,
      telemetry,
      storage,
      openLink,
      random,
      gate: new LoginGate(clock),
      onInstanceChange: (id) => this.#watching.instanceChanged(id),
      onPrivacyChange: (id) => this.#watching.privacyChanged(id),
    };
  }

  /** Takes up every stored instance. Until then none can be found. */
  async load(): Promise<void> {
    const { storage } = this.#options;
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
    const { clock, log, storage } = this.#options;
    const chores = [
      { what: 'archived logins', run: () => storage.credentials.purgeArchived(clock.now()) },
      { what: 'calls with a key that were left running', run: () => this.#onceOnly.forgetRunning() },
      { what: 'outcomes of calls with a key', run: () => this.#onceOnly.purge() },
    ];
    this.#upkeep ??= startUpkeep({ clock, log, chores, isBusy: () => storage.isBusy });
    for (const session of this.#resumable) session.resume();
    this.#resumable.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#upkeep?.[Symbol.dispose]();
    await Promise.all(this.#registry.all().map((session) => this.#end(session)));
  }

  async create({ accountId }: Reach, name: string, tokenOf?: FirstTokenOf): Promise<InstanceView> {
    const { storage } = this.#options;
    let made: InstanceRecord | undefined;
    try {
      await storage.transaction(async (tx) => {
        made = await tx.instances.insert({ accountId, name, wanted: 'running', state: 'UNPAIRED' });
        if (tokenOf) await tx.tokens.insert(await tokenOf(made));
      });
    } catch (error) {
      // The database may have carried it out all the same, now or at an earlier call.
      const stored = await storage.instances.find(accountId, name).catch(() => undefined);
      if (stored) this.#register(stored);
      if (!stored || stored.id !== made?.id) throw error;
    }
    if (!made) throw new TypeError('An instance was stored, and not made');
    return this.#register(made).view;
  }

  /** How many instances there are in each state. */
  countByState(): ReadonlyMap<InstanceState, number> {
    const counts = new Map(INSTANCE_STATES.map((state) => [state, 0]));
    for (const { view } of this.#registry.all()) counts.set(view.state, (counts.get(view.state) ?? 0) + 1);
    return counts;
  }

  find(reach: Reach, name: string): Promise<InstanceView | undefined> {
    return Promise.resolve(this.#registry.find(reach, name)?.view);
  }

  list(reach: Reach, page: { first: number; after?: string | undefined }): Promise<InstancePage> {
    const found = this.#registry.list(reach, page.after, page.first + 1).map((session) => session.view);
    const total = this.#registry.count(reach);
    return Promise.resolve({ instances: found.slice(0, page.first), hasNextPage: found.length > page.first, total });
  }

  async pair(reach: Reach, name: string, phoneNumber: string | undefined, signal: AbortSignal): Promise<InstanceView> {
    const session = this.#get(reach, name);
    await this.#change(session, signal, () => beginPairing(session, this.#options.storage, phoneNumber));
    const view = await waitForPairing(
      this.#watching.viewer(session),
      this.#watching.nudges('instanceChanged', session),
      signal,
    );
    if (!view) throw instanceNotFound(name);
    return view;
  }

  async start(reach: Reach, name: string, signal: AbortSignal): Promise<InstanceView> {
    const session = this.#get(reach, name);
    const { storage, clock } = this.#options;
    return this.#change(session, signal, async () => {
      if ((await storage.credentials.load(session.view.id)) === undefined) {
        throw new PrivetError('BAD_USER_INPUT', `Instance "${name}" is not linked to a phone; pair it first`);
      }
      const change = { wanted: 'running', state: 'STOPPED', stateSince: clock.now(), reason: null } as const;
      await store(session, storage, change);
      session.start();
      return session.view;
    });
  }

  async stop(reach: Reach, name: string, signal: AbortSignal): Promise<InstanceView> {
    const session = this.#get(reach, name);
    return this.#change(session, signal, async () => {
      await stop(session, this.#options);
      return session.view;
    });
  }

  async unlink(reach: Reach, name: string, signal: AbortSignal): Promise<InstanceView> {
    const session = this.#get(reach, name);
    return this.#change(session, signal, async () => {
      await unlink(session, this.#options);
      return session.view;
    });
  }

  /** Deletes the instance and its login for good: nothing is kept of it. */
  async delete(reach: Reach, name: string, signal: AbortSignal): Promise<void> {
    const session = this.#get(reach, name);
    const { storage, log } = this.#options;
    const { id } = session.view;
    await this.#change(session, signal, async () => {
      // Where nothing can be written, its device is not logged out either.
      await storage.probe();
      // Best effort: without a connection the phone goes on listing the device until somebody removes it there.
      if (session.view.state === 'OPEN') {
        await logOut(session, this.#options).catch((error: unknown) =>
          log.warn({ ...ofInstance(session.view), err: error }, 'not logged out'),
        );
      }
      await session.halt();
      await carriedOut(
        () => storage.instances.remove(id),
        async () => (await storage.instances.get(id)) === undefined,
      );
      this.#registry.remove(session);
    });
    this.#watching.instanceChanged(id, session.view.accountId);
    this.#watching.privacyChanged(id, session.view.accountId);
  }

  async readPrivacy(reach: Reach, name: string, call: Call): Promise<PrivacyReading> {
    const session = this.#get(reach, name);
    const snapshot = await session.privacy.read(call);
    return { instance: session.view, snapshot };
  }

  async updatePrivacy(reach: Reach, name: string, changes: readonly RequestedChange[], call: Call, once?: Once) {
    if (changes.length === 0) {
      throw new PrivetError('BAD_USER_INPUT', 'At least one privacy setting must be provided');
    }
    const session = this.#get(reach, name);
    const update = async (): Promise<UpdateOutcome> => {
      const done = await session.privacy.update(changes, call);
      this.#options.telemetry.updateFinished(session.view, resultsOf(done), done.stanzas);
      return done;
    };
    const outcome = await (once ? this.#onceOnly.run(session.view.id, once, changes, update) : update());
    return { instance: session.view, outcome };
  }

  watchInstance(reach: Reach, name: string, signal: AbortSignal): Promise<AsyncIterable<InstanceView>> {
    return Promise.resolve(this.#watching.instance(this.#get(reach, name), signal));
  }

  watchPrivacy(reach: Reach, name: string, signal: AbortSignal): Promise<AsyncIterable<PrivacyReading>> {
    return Promise.resolve(this.#watching.privacy(this.#get(reach, name), signal));
  }

  watchInstances(reach: Reach, signal: AbortSignal): AsyncIterable<Change<InstanceView>> {
    return this.#watching.instances(reach, signal);
  }

  watchPrivacies(reach: Reach, signal: AbortSignal): AsyncIterable<Change<PrivacyReading>> {
    return this.#watching.privacies(reach, signal);
  }

  #get(reach: Reach, name: string): Session {
    const session = this.#registry.find(reach, name);
    if (!session) throw instanceNotFound(name);
    return session;
  }

  /** One change of an instance's life, in its turn. */
  #change<T>(session: Session, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    return session.exclusively(signal, async () => {
      // It may have been deleted while this call waited.
      if (!this.#registry.has(session)) throw instanceNotFound(session.view.name);
      // From now on it is this word that counts, not what was wanted when the service ended: unless it comes to nothing.
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

  #take(record: InstanceRecord): void {
    const { damaged: err } = record;
    if (err) this.#options.log.warn({ ...ofInstance(record), err }, 'the phone number does not open: shown as unknown');
    const session = this.#register(record);
    // guard: only what was running is resumed, else true
    if (record.wanted === 'running') this.#resumable.add(session);
  }

  #register(record: InstanceRecord): Session {
    const known = this.#registry.find({ accountId: record.accountId }, record.name);
    if (known?.view.id === record.id) return known;
    const session = new Session(this.#sessionDeps, viewOf(record));
    this.#registry.add(session);
    this.#watching.instanceChanged(record.id);
    return session;
  }

  /** The service ends: who waits for something to scan or type is told that none comes. */
  async #end(session: Session): Promise<void> {
    await session.end();
    if (session.view.state === 'PAIRING') session.set('UNPAIRED', PAIRING_ENDED);
  }
}

/** One for each requested field: how it was brought about, or why it does not hold. */
function resultsOf({ outcomes, failures }: UpdateOutcome): string[] {
  const codes = new Map(failures.map(({ field, code }) => [field, code]));
  return outcomes.map(({ field, result }) => codes.get(field) ?? result);
}

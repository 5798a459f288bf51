import type { Call } from '../call.ts';
import { InstanceNotConnectedError, instanceNotFound } from '../errors.ts';
import { mutedBy } from '../instance/mute-link.ts';
import { LoginGate } from '../instance/login/login-gate.ts';
import type { SessionDeps } from '../instance/session-deps.ts';
import { Session } from '../instance/session.ts';
import { type InstanceView, MOVING, PAIRING_ENDED } from '../instance/state.ts';
import type { Reach } from './calls/reach.ts';
import type { Departures, Waiting } from './leaving/departures.ts';
import { ElsewhereError } from '../nodes/elsewhere.ts';
import type { Logins } from '../storage/nodes/logins.ts';
import { InstanceRegistry } from './instance-registry.ts';
import type { InstanceRow, InstanceRows } from './instance-rows.ts';
import { epochHere, isWanted, onNode, type PoolNode } from './pool-node.ts';
import { RestingSessions } from './resting-sessions.ts';

/** So many that neither run nor are used stay in memory, with the settings that they showed: for the next call. */
const MOST_AT_REST = 1_000;

/** A session that stays in memory until this is disposed. */
export interface HeldSession extends Disposable {
  readonly session: Session;
}

export interface SessionPoolOptions extends Omit<
  SessionDeps,
  'gate' | 'onInstanceChange' | 'onPrivacyChange' | 'onLost'
> {
  readonly rows: InstanceRows;
  /** Where this process is one of several: then it has sessions of its own instances alone. */
  readonly node?: PoolNode | undefined;
  readonly onInstanceChange: (instance: InstanceView) => void;
  readonly onPrivacyChange: (instance: InstanceView) => void;
  readonly mostAtRest?: number | undefined;
  /** Given where this is one node of several: sessions may leave for another one. */
  readonly departures?: Departures | undefined;
  /** Given where logins are those of all nodes; else so many may begin a second. */
  readonly logins?: Logins | undefined;
  readonly loginRate?: number | undefined;
}

/**
 * The sessions that run in this process or are used in it: made when they are needed, and dropped when they are at rest
 * and others need the place. An instance never has two.
 */
export class SessionPool implements AsyncDisposable {
  readonly registry = new InstanceRegistry<Session>();
  readonly #options: SessionPoolOptions;
  readonly #deps: SessionDeps;
  /** To WhatsApp's login. */
  readonly gate: LoginGate;
  /** Still to be taken up where the service before left them. */
  readonly #resumable = new Set<Session>();
  #hasResumed = false;
  #hasEnded = false;
  /** How often each is held; none is taken out, since that would be with nearly each call: see `EqualTimers`. */
  readonly #holds = new WeakMap<Session, number>();
  /** What their rows showed when they were made. */
  readonly #madeFrom = new WeakMap<Session, InstanceView>();
  readonly #resting: RestingSessions;
  /** For each call that reads a row: the ids of the sessions that were removed meanwhile. */
  readonly #reading = new Set<Set<string>>();
  /** By the id of their instance: those that this node lost and whose link is not closed yet. */
  readonly #ending = new Map<string, Promise<void>>();

  constructor(options: SessionPoolOptions) {
    this.#options = options;
    this.#resting = new RestingSessions({
      most: options.mostAtRest ?? MOST_AT_REST,
      isInUse: (session) => this.#isInUse(session),
      isAsMade: (session) => this.#madeFrom.get(session) === session.view,
      stored: async (view) => (await options.rows.get(view, view.id).catch(() => undefined))?.view,
      drop: (session) => this.remove(session),
    });
    const { node, openLink } = options;
    this.gate = new LoginGate(options.clock, options.loginRate, options.logins);
    this.#deps = {
      ...options,
      openLink: node ? mutedBy(node.membership, openLink) : openLink,
      onLost: node && ((id) => this.#lost(id)),
      gate: this.gate,
      onInstanceChange: (id) => {
        const session = this.registry.byId(id);
        if (!session) return;
        this.#resting.add(session);
        options.onInstanceChange(session.view);
      },
      onPrivacyChange: (id) => {
        const session = this.registry.byId(id);
        if (session) options.onPrivacyChange(session.view);
      },
    };
  }

  /** Makes the sessions of all instances that are to be connected. A node of several is given its own by its claims. */
  async load(): Promise<void> {
    if (this.#options.node) return;
    for await (const row of this.#options.rows.toResume()) this.#resumable.add(this.#take(row));
  }

  /** Starts the sessions of all instances that were running when the service ended. */
  resume(): void {
    this.#hasResumed = true;
    for (const session of this.#resumable) session.resume();
    this.#resumable.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#hasEnded = true;
    await Promise.all([...this.registry.all().map((session) => this.#end(session)), ...this.#ending.values()]);
  }

  /** Keeps the session of an instance in memory, and has it made first where there is none; undefined without an instance. */
  async hold(reach: Reach, name: string): Promise<HeldSession | undefined> {
    const session = this.registry.find(reach, name);
    return session ? this.keep(session) : this.#brought(() => this.#options.rows.find(reach, name));
  }

  /** The session of an instance, where there is one: for what is done at once, which costs less than to hold it. */
  glance(reach: Reach, name: string): Session | undefined {
    const session = this.registry.find(reach, name);
    if (session) this.#resting.add(session);
    return session;
  }

  /** The same as `hold`, by its id. */
  async holdById(reach: Reach, id: string): Promise<HeldSession | undefined> {
    const session = this.registry.get(reach, id);
    return session ? this.keep(session) : this.#brought(() => this.#options.rows.get(reach, id));
  }

  /**
   * Does something with an instance's session.
   * @throws PrivetError NOT_FOUND when there is none of that name within reach; ElsewhereError, of a node of several
   */
  async use<T>(reach: Reach, name: string, call: Waiting, work: (session: Session) => Promise<T>): Promise<T> {
    using held = await this.hold(reach, name);
    if (!held) throw instanceNotFound(name);
    const { session } = held;
    reach.onFound?.(session.view);
    const { departures } = this.#options;
    return await (departures ? onNode(departures, session, call, work) : work(session));
  }

  /** As `use`, for one change of the instance's life, in its turn. */
  change<T>(reach: Reach, name: string, call: Call, work: (session: Session) => Promise<T>): Promise<T> {
    return this.use(reach, name, call, (session) => this.changeOf(session, call.signal, () => work(session)));
  }

  /** As `change`, of a session that is in use. */
  changeOf<T>(session: Session, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    return session.exclusively(signal, async () => {
      // It may have been about to leave for another node by then, or have left.
      if (session.isAtRest) throw new InstanceNotConnectedError({ state: 'RECONNECTING', reason: MOVING });
      // It may have been deleted while this call waited.
      if (!this.registry.has(session)) {
        const { id, name } = session.view;
        throw session.life.isLost ? new ElsewhereError(id, undefined) : instanceNotFound(name);
      }
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

  /** Keeps a session in memory. */
  keep(session: Session): HeldSession {
    this.#holds.set(session, (this.#holds.get(session) ?? 0) + 1);
    return {
      session,
      [Symbol.dispose]: () => {
        const left = (this.#holds.get(session) ?? 1) - 1;
        this.#holds.set(session, left);
        if (left === 0 && this.registry.has(session)) this.#resting.add(session);
      },
    };
  }

  /** Nobody uses it any more, or there is no such instance any more. */
  remove(session: Session): void {
    for (const removed of this.#reading) removed.add(session.view.id);
    this.registry.remove(session);
  }

  /** Another node has its instance: who calls or watches is to look for it there. */
  letGo(session: Session): void {
    const { finished } = session;
    this.remove(session);
    void session.end();
    if (finished) this.#endsWith(session.view.id, finished);
    this.#options.onInstanceChange(session.view);
    this.#options.onPrivacyChange(session.view);
  }

  /** As `bring`. An instance that no node has becomes this one's. */
  async #brought(read: () => Promise<InstanceRow | undefined>): Promise<HeldSession | undefined> {
    const { node } = this.#options;
    if (!node) return this.bring(read);
    try {
      return await this.#running(read);
    } catch (error) {
      if (!(error instanceof ElsewhereError)) throw error;
      const { owner, instanceId } = error;
      // Most calls that come here are for one that another node has.
      const isHad = owner && (await node.membership.find(owner.incarnation))?.isLive;
      if (isHad || !(await node.claimNow(instanceId))) throw error;
      return this.#running(read);
    }
  }

  /**
   * Of an instance that is to be connected a node has a session that runs. A call may come for it once its row says that it
   * is this node's, and before this node has heard so.
   */
  async #running(read: () => Promise<InstanceRow | undefined>): Promise<HeldSession | undefined> {
    let row: InstanceRow | undefined;
    const held = await this.bring(async () => (row = await read()));
    const session = held?.session;
    if (!row || !session || !isWanted(row) || session.finished) return held;
    if (this.#madeFrom.get(session) === session.view) session.resume();
    return held;
  }

  /**
   * The session of the instance that is read, which is made where there is none.
   * @throws ElsewhereError, of a node of several
   */
  async bring(read: () => Promise<InstanceRow | undefined>): Promise<HeldSession | undefined> {
    const removed = new Set<string>();
    this.#reading.add(removed);
    try {
      for (;;) {
        const row = await read();
        if (!row) return undefined;
        const { node } = this.#options;
        const ending = node && this.#endingBefore(row, node);
        if (ending) await ending;
        // It may have been deleted, or changed and dropped, since it was read.
        if (!removed.delete(row.view.id) && !ending) return this.keep(this.#take(row));
      }
    } finally {
      this.#reading.delete(removed);
    }
  }

  #take({ view, record }: InstanceRow): Session {
    const { node } = this.#options;
    const known = this.registry.byId(view.id);
    if (known) return known;
    const session = new Session(this.#deps, view, node && epochHere(node, record));
    this.#madeFrom.set(session, view);
    if (this.#hasEnded) void session.end();
    this.registry.add(session);
    return session;
  }

  /** What was read may be newer than what is known: then that ends first, and an instance never has two links. */
  #endingBefore({ view: { id }, record }: InstanceRow, { membership }: PoolNode): Promise<void> | undefined {
    const known = this.registry.byId(id);
    if (known && (known.life.epoch ?? 0) < record.epoch) known.life.lose();
    return record.owner === membership.incarnation ? this.#ending.get(id) : undefined;
  }

  #endsWith(id: string, finished: Promise<void>): void {
    const over = finished.then(() => void this.#ending.delete(id));
    this.#ending.set(id, over);
  }

  #lost(id: string): void {
    const session = this.registry.byId(id);
    if (session?.life.isLost) this.letGo(session);
  }

  #isInUse(session: Session): boolean {
    const isBusy = session.finished !== undefined || session.isStoring;
    return isBusy || (this.#holds.get(session) ?? 0) > 0 || this.#resumable.has(session);
  }

  /** The service ends: who waits for something to scan or type is told that none comes. */
  async #end(session: Session): Promise<void> {
    await session.end();
    if (session.view.state === 'PAIRING') session.set('UNPAIRED', PAIRING_ENDED);
  }
}

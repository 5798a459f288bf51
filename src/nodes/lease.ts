import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import { OperatorError } from '../errors.ts';
import type { LeaseRow, NodeRow, NodeStore } from '../storage/nodes/node-store.ts';
import type { CountedMembership } from './membership.ts';
import { TIMING, type Timing } from './timing.ts';

/** How long a start tries to reach a database that does not answer. */
const PATIENCE_MS = 5_000;
/** A wall clock that is set back by more than this says nothing any more: see `held`. */
const SET_BACK_MS = 100;

export interface LeaseOptions {
  readonly store: NodeStore;
  readonly clock: Clock;
  readonly log: Logger;
  /** Another one at each start. */
  readonly incarnation: string;
  readonly url: string;
  readonly timing?: Partial<Timing> | undefined;
  /**
   * Before it counts as held again after it had lapsed: others may have taken what this node has, and all of that has to
   * end first. Where it rejects, the node stays mute until the next renewal.
   */
  readonly confirm: () => Promise<void>;
  /** Another process goes by this node's name now: this one has to end. */
  readonly onReplaced: () => void;
}

/** When a renewal was sent that the lease counts from, by both clocks. */
interface Sent {
  readonly monotonic: number;
  readonly wall: number;
}

/** The lease of this node: renewed until it leaves. */
export class Lease implements CountedMembership {
  readonly incarnation: string;
  readonly #options: LeaseOptions;
  readonly #timing: Timing;
  readonly #ended = new AbortController();
  readonly #listeners = new Set<() => void>();
  readonly #countListeners = new Set<(since: number) => void>();
  #id = '';
  #sent: Sent | undefined;
  /** By the monotonic clock: since when no renewal failed or came too late. */
  #steadySince: number | undefined;
  #nodes: readonly NodeRow[] = [];
  #counts: ReadonlyMap<string, number> = new Map();
  #until = 0;
  #server = '';
  #isDraining = false;
  #lapse: Disposable | undefined;
  #wake = new AbortController();
  #loop: Promise<void> | undefined;
  #isFailing = false;
  /** Who waits for the next renewal. */
  #telling: PromiseWithResolvers<void>[] = [];
  /** It renews no more: why. */
  #over: Error | undefined;

  constructor(options: LeaseOptions) {
    this.#options = options;
    this.incarnation = options.incarnation;
    this.#timing = { ...TIMING, ...options.timing };
  }

  get id(): string {
    return this.#id;
  }

  /**
   * By the monotonic clock, and by the wall clock, which goes on while a machine is suspended. A wall clock that was set
   * back can't tell that: then the next renewal decides.
   */
  get held(): boolean {
    return this.#sent !== undefined && this.#isWithin(this.#sent);
  }

  get isSteady(): boolean {
    if (!this.held || this.#steadySince === undefined) return false;
    // guard: a node claims from the dead once its own lease was unbroken for as long as one lasts, else true
    return this.#options.clock.monotonic() - this.#steadySince >= this.#timing.ttlMs;
  }

  get until(): number {
    return this.#until;
  }

  get server(): string {
    return this.#server;
  }

  get isDraining(): boolean {
    return this.#isDraining;
  }

  get nodes(): readonly NodeRow[] {
    return this.#nodes;
  }

  /**
   * Takes the name, and the lease for the first time.
   * @param isGiven by the operator. Else, where another node goes by that name, this one gets one more like it.
   * @throws OperatorError; the signal's reason where that is aborted before it has the lease
   */
  async join(name: string, isGiven: boolean, signal?: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    const began = clock.monotonic();
    this.#id = name;
    for (;;) {
      const passed = clock.monotonic() - began;
      try {
        if ((await this.#renew()) === 'renewed') break;
        if (!isGiven) this.#id = `${name}-${this.incarnation.slice(0, 4)}`;
        // A lease that its holder does not renew ends within that time.
        else if (passed > this.#timing.ttlMs + this.#timing.renewEveryMs) throw await this.#nameTaken(name);
      } catch (error) {
        if (error instanceof OperatorError ? passed > 1_000 : passed > PATIENCE_MS) throw error;
      }
      await clock.sleep(this.#timing.renewAgainMs, signal);
    }
    this.#loop = this.#keep().then((why) => this.#renewsNoMore(why));
  }

  async find(incarnation: string): Promise<LeaseRow | undefined> {
    const known = this.#nodes.find((node) => node.incarnation === incarnation);
    return known ?? (await this.#options.store.nodes()).find((node) => node.incarnation === incarnation);
  }

  counted(instances: ReadonlyMap<string, number>, since: number): void {
    this.#counts = instances;
    this.#show(this.#nodes);
    for (const listener of this.#countListeners) listener(since);
  }

  onChange(listener: () => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  onCounted(listener: (since: number) => void): Disposable {
    this.#countListeners.add(listener);
    return { [Symbol.dispose]: () => void this.#countListeners.delete(listener) };
  }

  whenHeld(ms: number): Promise<boolean> {
    if (this.held) return Promise.resolve(true);
    // A clock that was set, or a process that stood still: the next renewal may come at once. One that failed is tried soon.
    if (!this.#isFailing) this.#wake.abort();
    return new Promise((resolve) => {
      const finish = (isHeld: boolean): void => {
        timer[Symbol.dispose]();
        listening[Symbol.dispose]();
        resolve(isHeld);
      };
      const timer = this.#options.clock.after(ms, () => finish(this.held));
      const listening = this.onChange(() => {
        if (this.held) finish(true);
      });
    });
  }

  async drain(): Promise<void> {
    this.#isDraining = true;
    if (this.#over) throw this.#over;
    const told = Promise.withResolvers<void>();
    this.#telling.push(told);
    this.#wake.abort();
    await told.promise;
  }

  /** Gives the lease back: others may take at once what this node had. */
  async leave(): Promise<void> {
    this.#ended.abort();
    await this.#loop;
    this.#lapse?.[Symbol.dispose]();
    this.#sent = undefined;
    await this.#options.store.leave(this.incarnation);
  }

  #isWithin({ monotonic, wall }: Sent): boolean {
    const { clock } = this.#options;
    const validMs = this.#timing.ttlMs - this.#timing.marginMs;
    const passedMs = clock.now() - wall;
    // guard: a lease ends by the wall clock, else true
    const byWall = passedMs < validMs && passedMs > -SET_BACK_MS;
    // guard: a lease ends by the monotonic clock, else true
    const byMonotonic = clock.monotonic() - monotonic < validMs;
    return byWall && byMonotonic;
  }

  /** Resolves with why it renews no more. */
  async #keep(): Promise<'left' | 'replaced'> {
    const { clock, log } = this.#options;
    const { renewEveryMs, renewAgainMs } = this.#timing;
    let pauseMs = renewEveryMs;
    while (!this.#ended.signal.aborted) {
      await clock.sleep(pauseMs, AbortSignal.any([this.#ended.signal, this.#wake.signal])).catch(() => undefined);
      if (this.#ended.signal.aborted) break;
      // What is to be told while this renewal runs is told by the next one, at once.
      this.#wake = new AbortController();
      const began = clock.monotonic();
      const telling = this.#telling;
      this.#telling = [];
      try {
        if ((await this.#renew()) === 'refused') {
          this.#sent = undefined;
          this.#telling.push(...telling);
          return 'replaced';
        }
        if (this.#isFailing) log.info('the lease of this node is renewed again');
        this.#isFailing = false;
        for (const { resolve } of telling) resolve();
        pauseMs = Math.max(0, renewEveryMs - (clock.monotonic() - began));
      } catch (error) {
        for (const { reject } of telling) reject(error);
        this.#steadySince = undefined;
        if (!this.#isFailing) log.warn({ err: error }, 'the lease of this node could not be renewed; trying again');
        this.#isFailing = true;
        pauseMs = renewAgainMs;
      }
    }
    return 'left';
  }

  #renewsNoMore(why: 'left' | 'replaced'): void {
    this.#over = new Error(why === 'left' ? 'This node has left' : 'Another process goes by the name of this node');
    for (const { reject } of this.#telling) reject(this.#over);
    this.#telling = [];
    if (why === 'left') return;
    this.#changed();
    this.#options.onReplaced();
  }

  async #renew(): Promise<'renewed' | 'refused'> {
    const { store, clock, incarnation, url, confirm } = this.#options;
    const sent = { monotonic: clock.monotonic(), wall: clock.now() };
    const self = { id: this.#id, incarnation, url, draining: this.#isDraining };
    const renewal = await store.renew(self, this.#timing.ttlMs);
    if (renewal.kind === 'refused') return 'refused';
    this.#show(renewal.nodes);
    const wasHeld = this.held;
    if (!wasHeld) {
      // guard: what others took while a node was mute ends before it speaks again
      await confirm();
      this.#steadySince = undefined;
    }
    if (!this.#isWithin(sent)) throw new Error('The answer came too late');
    this.#sent = sent;
    this.#until = renewal.until;
    this.#server = renewal.server;
    // By the clock of a server that has taken another one's place, leases of nodes may have ended that have not renewed yet.
    if (renewal.isNewConnection === true) this.#steadySince = undefined;
    this.#steadySince ??= clock.monotonic();
    this.#lapse?.[Symbol.dispose]();
    const validMs = this.#timing.ttlMs - this.#timing.marginMs;
    const tellLapse = (): void => {
      if (!this.held) this.#changed();
      // A timer may be early by less than a millisecond.
      else this.#lapse = clock.after(1, tellLapse);
    };
    this.#lapse = clock.after(validMs - (clock.monotonic() - sent.monotonic), tellLapse);
    this.#changed();
    return 'renewed';
  }

  #show(nodes: readonly LeaseRow[]): void {
    this.#nodes = nodes.map((node) => ({ ...node, instances: this.#counts.get(node.incarnation) ?? 0 }));
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }

  async #nameTaken(name: string): Promise<OperatorError> {
    const other = (await this.#options.store.nodes()).find(({ id }) => id === name);
    const where = other === undefined ? '' : ` at ${other.url}`;
    return new OperatorError(`There is a node named ${name} already${where}: give this one another name (PRIVET_NODE)`);
  }
}

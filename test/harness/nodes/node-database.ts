import { DatabaseAwayError } from '../../../src/storage/errors.ts';
import type { NodeStore } from '../../../src/storage/nodes/node-store.ts';
import type { Storage } from '../../../src/storage/storage.ts';
import type { Clock } from '../../../src/clock.ts';
import type { NodeClock } from './node-clock.ts';
import type { Random } from '../random.ts';
import { type CallOfStorage, wrapped, wrappedStorage } from '../wrapped-storage.ts';

/** The way between one node and the database: frames get through, vanish, or are refused at once. */
export type DatabaseWay = 'open' | 'black' | 'refused';

/** What becomes of a commit whose answer is lost. */
export type LostCommit = 'done' | 'undone';

/** How long the service waits for a statement, and for a renewal: as `storage/postgres` does. */
const STATEMENT_MS = 6_000;
const RENEWAL_MS = 1_500;

export interface NodeDatabaseOptions {
  readonly root: Clock;
  readonly clock: NodeClock;
  readonly random: Random;
  readonly storage: Storage;
  readonly nodes: NodeStore;
  /** As the node sends it. */
  readonly onSend: (method: string, args: readonly unknown[]) => void;
  /** Before the statement is carried out; what it returns hears how it ended. */
  readonly onCall: (method: string, args: readonly unknown[]) => ((isDone: boolean) => void) | undefined;
}

/** Writes of one instance: their commits are what a cut hits hardest. */
const isWrite = (method: string): boolean => method.startsWith('owned.');

const isTransaction = (method: string): boolean => isWrite(method) || method === 'transaction';

/** The database as one node reaches it. Real repositories, and the model of what nodes share; the way to them fails. */
export class NodeDatabase {
  way: DatabaseWay = 'open';
  /** There and back, each. */
  slowMs = 0;
  readonly lost: LostCommit[] = [];
  /** So long the next writes are on their way, each. */
  readonly heldUp: number[] = [];
  /** So long the next hand-overs wait for the row there, each: whoever sent it gives up meanwhile. */
  readonly heldUpHandOvers: number[] = [];
  readonly storage: Storage;
  readonly nodes: NodeStore;
  readonly #options: NodeDatabaseOptions;
  /** Sent into a black hole: they may arrive once it ends. */
  #underway: (() => void)[] = [];
  /** Fail what waits for an answer now. */
  readonly #waiting = new Set<() => void>();
  #isDead = false;

  constructor(options: NodeDatabaseOptions) {
    this.#options = options;
    const { storage: real, nodes } = options;
    const call: CallOfStorage = (method, args, run) => this.#call(method, args, async () => run());
    this.nodes = wrapped('nodes', nodes, call);
    this.storage = {
      ...wrappedStorage(real, call),
      nodes: this.nodes,
      transaction: (work) => this.#call('transaction', [], () => real.transaction(work)),
      probe: () => this.#call('probe', [], () => real.probe()),
      ping: () => this.#call('ping', [], () => real.ping()),
    };
  }

  /** Connections that are refused break those that are there. */
  set(way: DatabaseWay): void {
    this.way = way;
    if (way === 'refused') for (const fail of this.#waiting) fail();
    if (way !== 'open') return;
    // What was sent is sent again by the system, and may arrive long after whoever sent it gave up.
    for (const carryOut of this.#underway.splice(0)) {
      if (this.#options.random.chance(0.5)) this.#options.root.after(this.#options.random.int(0, 200), carryOut);
    }
  }

  die(): void {
    this.#isDead = true;
  }

  #call<T>(method: string, args: readonly unknown[], run: () => Promise<T>): Promise<T> {
    const { clock, root, random } = this.#options;
    if (this.#isDead) return new Promise<never>(() => undefined);
    this.#options.onSend(method, args);
    const failure = (): Error => new DatabaseAwayError({ cause: new Error(method) });
    if (this.way === 'refused') return Promise.reject(failure());
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const end = (settle: () => void): void => {
      if (!this.#waiting.delete(fail)) return;
      timer[Symbol.dispose]();
      settle();
    };
    const fail = (): void => clock.enter(() => end(() => reject(failure())));
    const timer = clock.after(method === 'nodes.renew' ? RENEWAL_MS : STATEMENT_MS, fail);
    this.#waiting.add(fail);
    const lost = isWrite(method) ? this.lost.shift() : undefined;
    const carryOut = async (): Promise<void> => {
      if (lost === 'undone') return fail();
      // A transaction takes several statements: whoever gave up sends no further one, and the server ends it.
      if (isTransaction(method) && !this.#waiting.has(fail)) return;
      const onEnd = this.#options.onCall(method, args);
      let settle: () => void;
      try {
        const value = await run();
        onEnd?.(true);
        settle = () => resolve(value);
      } catch (error) {
        onEnd?.(false);
        settle = () => reject(error);
      }
      if (lost === 'done') return fail();
      root.after(1 + this.slowMs, () => {
        if (this.way === 'open') clock.enter(() => end(settle));
      });
    };
    const lateMs = method === 'nodes.handOver' ? this.heldUpHandOvers.shift() : undefined;
    const heldUpMs = isWrite(method) ? this.heldUp.shift() : undefined;
    if (heldUpMs !== undefined) {
      // It waits for a connection, and was not sent yet.
      timer[Symbol.dispose]();
      root.after(heldUpMs, () => {
        clock.after(STATEMENT_MS, fail);
        this.#arrive(carryOut);
      });
    } else if (lateMs !== undefined) root.after(lateMs, () => void carryOut());
    else if (this.way === 'black') this.#underway.push(() => void carryOut());
    else if (this.slowMs > 0) root.after(random.int(0, this.slowMs), () => this.#arrive(carryOut));
    else void carryOut();
    return promise;
  }

  #arrive(carryOut: () => Promise<void>): void {
    if (this.way === 'black') this.#underway.push(() => void carryOut());
    else if (this.way === 'open') void carryOut();
  }
}

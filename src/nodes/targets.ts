import type { Clock } from '../clock.ts';
import type { NodeRow } from '../storage/nodes/node-store.ts';
import type { Membership } from './membership.ts';

/** How long one that took none is passed over. */
const REFUSED_MS = 1_000;
/** For so long none could be reached, until it counts as so. */
const CUT_OFF_MS = 5_000;

interface Given {
  /** Under way. */
  asked: number;
  /** When, by the monotonic clock: what the latest count of all instances may not have seen. */
  taken: number[];
}

/** One that is asked to take an instance. */
export interface Asked extends Disposable {
  readonly taken: () => void;
}

/** The nodes that instances can be given to: the one with the fewest comes first, what was given to it meanwhile counted. */
export class Targets implements Disposable {
  readonly #membership: Membership;
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #given = new Map<string, Given>();
  /** Until when those that took none are passed over. */
  readonly #refused = new Map<string, number>();
  /** Since when those that could not be reached can't. */
  readonly #unreached = new Map<string, number>();
  readonly #listener: Disposable;

  constructor(membership: Membership, clock: Pick<Clock, 'monotonic'>) {
    this.#membership = membership;
    this.#clock = clock;
    this.#listener = membership.onCounted((since) => {
      // A renewal reads the rows alone: they show the count before it.
      for (const given of this.#given.values()) given.taken = given.taken.filter((at) => at >= since);
    });
  }

  [Symbol.dispose](): void {
    this.#listener[Symbol.dispose]();
  }

  /** Those that live and do not drain, whether or not they take any. */
  get all(): readonly NodeRow[] {
    const { nodes, incarnation: own } = this.#membership;
    return nodes.filter(({ incarnation, isLive, draining }) => isLive && !draining && incarnation !== own);
  }

  /** Whether there are some, and for some seconds none of them could be reached. */
  get areCutOff(): boolean {
    const { all } = this;
    const now = this.#clock.monotonic();
    return (
      all.length > 0 && all.every(({ incarnation }) => now - (this.#unreached.get(incarnation) ?? now) >= CUT_OFF_MS)
    );
  }

  /** Undefined where nobody takes any for now. */
  next(): NodeRow | undefined {
    const open = this.all.filter(({ incarnation }) => !this.#isRefused(incarnation));
    return open.toSorted((one, other) => this.#load(one) - this.#load(other))[0];
  }

  /** Counts one to the node while it is under way. Dispose it with the end; `taken` says how it ended. */
  ask({ incarnation }: NodeRow): Asked {
    let given = this.#given.get(incarnation);
    if (!given) this.#given.set(incarnation, (given = { asked: 0, taken: [] }));
    const counted = given;
    counted.asked += 1;
    return {
      taken: () => void counted.taken.push(this.#clock.monotonic()),
      [Symbol.dispose]: () => void (counted.asked -= 1),
    };
  }

  /** It has answered. */
  reached({ incarnation }: NodeRow): void {
    this.#unreached.delete(incarnation);
  }

  /** Returns whether that is new. */
  refused({ incarnation }: NodeRow, isReached: boolean): boolean {
    const isNew = !this.#isRefused(incarnation);
    if (isReached) this.#unreached.delete(incarnation);
    else if (!this.#unreached.has(incarnation)) this.#unreached.set(incarnation, this.#clock.monotonic());
    this.#refused.set(incarnation, this.#clock.monotonic() + REFUSED_MS);
    return isNew;
  }

  #isRefused(incarnation: string): boolean {
    return this.#clock.monotonic() < (this.#refused.get(incarnation) ?? 0);
  }

  #load({ incarnation, instances }: NodeRow): number {
    const { asked = 0, taken = [] } = this.#given.get(incarnation) ?? {};
    return instances + asked + taken.length;
  }
}

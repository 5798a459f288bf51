import type { Clock } from '../clock.ts';
import type { Membership } from './membership.ts';

/** For how long the nodes that live and do not drain have been the same, as far as this one could tell. */
export class Calm implements Disposable {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #membership: Membership;
  readonly #listener: Disposable;
  #nodes: string | undefined;
  #since = 0;

  constructor(membership: Membership, clock: Pick<Clock, 'monotonic'>) {
    this.#membership = membership;
    this.#clock = clock;
    this.#listener = membership.onChange(() => this.#look());
    this.#look();
  }

  [Symbol.dispose](): void {
    this.#listener[Symbol.dispose]();
  }

  get ms(): number {
    return this.#nodes === undefined ? 0 : this.#clock.monotonic() - this.#since;
  }

  #look(): void {
    const { held, isDraining, nodes } = this.#membership;
    const there = nodes.filter(({ isLive, draining }) => isLive && !draining).map(({ incarnation }) => incarnation);
    const now = held && !isDraining ? there.toSorted().join(' ') : undefined;
    if (now === this.#nodes) return;
    this.#nodes = now;
    this.#since = this.#clock.monotonic();
  }
}

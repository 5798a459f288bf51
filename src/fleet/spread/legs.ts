import type { Membership } from '../../nodes/membership.ts';

/** A part of a stream that another node serves. */
export interface Leg extends Disposable {
  readonly signal: AbortSignal;
}

/** Streams from other nodes. They end with their node: a connection to one that is paused or cut off does not end by itself. */
export class Legs implements Disposable {
  readonly #legs = new Map<string, Set<AbortController>>();
  readonly #listening: Disposable;

  constructor(membership: Membership) {
    this.#listening = membership.onChange(() => {
      const live = new Set(membership.nodes.filter(({ isLive }) => isLive).map(({ incarnation }) => incarnation));
      for (const [incarnation, legs] of this.#legs) {
        // A stream does not wait for a node that is gone.
        const ended = live.has(incarnation) ? [] : legs;
        for (const leg of ended) leg.abort(new Error('The node is gone'));
      }
    });
  }

  /** Aborts with the signal, and with the node. */
  begin(incarnation: string, signal: AbortSignal): Leg {
    const own = new AbortController();
    const legs = this.#legs.get(incarnation) ?? new Set();
    this.#legs.set(incarnation, legs.add(own));
    const stop = (): void => own.abort(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    return {
      signal: own.signal,
      [Symbol.dispose]: () => {
        own.abort();
        signal.removeEventListener('abort', stop);
        legs.delete(own);
        if (legs.size === 0 && this.#legs.get(incarnation) === legs) this.#legs.delete(incarnation);
      },
    };
  }

  [Symbol.dispose](): void {
    this.#listening[Symbol.dispose]();
  }
}

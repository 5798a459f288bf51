import { AsyncLocalStorage } from 'node:async_hooks';
import type { Clock } from '../../../src/clock.ts';
import { PrivetError } from '../../../src/errors.ts';
import { type Peer, type PeerCall, PeerError, type PeerHandler, type Peers } from '../../../src/peers/peers.ts';
import type { NodeClock } from './node-clock.ts';

/** One way between two nodes. */
const HOP_MS = 1;

interface Listener {
  /** Which of the virtual machines it runs on. */
  readonly place: number;
  readonly clock: NodeClock;
  readonly handler: PeerHandler;
}

/** The ways between the nodes, in the place of HTTP/2. */
export class PeerNetwork {
  readonly #clock: Clock;
  readonly #listeners = new Map<string, Listener>();
  readonly #cuts = new Set<string>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  listen(incarnation: string, listener: Listener): void {
    this.#listeners.set(incarnation, listener);
  }

  /** The process is gone, and its listener with it. */
  close(incarnation: string): void {
    this.#listeners.delete(incarnation);
  }

  /** Nothing gets through between these two, in either direction. */
  cut(one: number, other: number, isCut: boolean): void {
    const way = wayOf(one, other);
    if (isCut) this.#cuts.add(way);
    else this.#cuts.delete(way);
  }

  /** As the node at that place asks others. */
  peersOf(place: number, clock: NodeClock): Peers {
    return {
      ask: (peer, method, body, call) => this.#ask({ place, clock }, peer, method, body, call),
      // Nobody subscribes through another node here: nothing is ever told.
      stream: (_peer, _method, _body, signal) => silence(signal),
    };
  }

  #ask(from: { place: number; clock: NodeClock }, peer: Peer, method: string, body: unknown, call: PeerCall) {
    const inContext = AsyncLocalStorage.snapshot();
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const there = new AbortController();
    const isCut = (place: number): boolean => this.#cuts.has(wayOf(from.place, place));
    const settle = (place: number, work: () => void): void => {
      this.#clock.after(HOP_MS, () => {
        if (!isCut(place)) from.clock.enter(() => inContext(work));
      });
    };
    const onAbort = (): void => {
      there.abort(call.signal.reason);
      reject(call.signal.reason as Error);
    };
    if (call.signal.aborted) return Promise.reject(call.signal.reason as Error);
    call.signal.addEventListener('abort', onAbort, { once: true });
    const sent = structuredClone(body);
    this.#clock.after(HOP_MS, () => {
      const listener = this.#listeners.get(peer.incarnation);
      if (!listener) {
        return from.clock.enter(() => inContext(() => reject(new PeerError('unreachable', 'Nobody listens'))));
      }
      const { place, clock, handler } = listener;
      if (isCut(place)) return;
      const work = async (): Promise<void> => {
        try {
          const value: unknown = structuredClone(
            await handler.ask(method, sent, { signal: there.signal, remainingMs: call.remainingMs }),
          );
          settle(place, () => resolve(value));
        } catch (error) {
          const isTold = error instanceof PrivetError || error instanceof PeerError;
          settle(place, () => reject(isTold ? error : new PeerError('lost', String(error))));
        }
      };
      clock.enter(() => inContext(() => void work()));
    });
    // A connection that brings nothing is found dead.
    const timer = from.clock.after(call.remainingMs, () =>
      inContext(() => reject(new PeerError('lost', 'There was no answer in time'))),
    );
    return promise.finally(() => {
      timer[Symbol.dispose]();
      call.signal.removeEventListener('abort', onAbort);
    });
  }
}

const silence = (signal: AbortSignal): AsyncIterable<never> => ({
  [Symbol.asyncIterator]: () => ({
    next: () =>
      new Promise((resolve) => {
        const end = (): void => resolve({ done: true, value: undefined });
        signal.addEventListener('abort', end, { once: true });
        if (signal.aborted) end();
      }),
  }),
});

const wayOf = (one: number, other: number): string => [one, other].toSorted((a, b) => a - b).join('-');

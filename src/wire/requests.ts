import type { Clock } from '../clock.ts';
import { type Reply, replyOf } from './reply.ts';
import type { Stanza } from './stanza.ts';

/** The requests of one link that wait for a reply. Each has a deadline, and all end with the link. */
export class Requests {
  readonly #pending = new Map<string, (reply: Reply) => void>();
  readonly #clock: Clock;
  readonly #send: (stanza: Stanza) => Promise<unknown>;
  #ended = false;

  constructor(clock: Clock, send: (stanza: Stanza) => Promise<unknown>) {
    this.#clock = clock;
    this.#send = send;
  }

  send(id: string, stanza: Stanza, timeoutMs: number): Promise<Reply> {
    return this.expect(id, () => this.#send(stanza), timeoutMs);
  }

  /** Waits for the reply to what `send` sends with this id. */
  expect(id: string, send: () => Promise<unknown>, timeoutMs: number): Promise<Reply> {
    if (this.#ended) return Promise.resolve({ kind: 'unsent' });
    return new Promise((resolve) => {
      const timer = this.#clock.after(timeoutMs, () => finish({ kind: 'timed_out' }));
      const finish = (reply: Reply): void => {
        timer[Symbol.dispose]();
        this.#pending.delete(id);
        resolve(reply);
      };
      this.#pending.set(id, finish);
      // The frame may have left in part before the send failed: "unsent" would claim too much.
      send().catch(() => finish({ kind: 'lost' }));
    });
  }

  /** Gives the stanza to the request that it answers, if there is one. */
  deliver(stanza: Stanza): void {
    if (stanza.tag !== 'iq') return;
    const { id } = stanza.attrs;
    if (id !== undefined) this.#pending.get(id)?.(replyOf(stanza));
  }

  /** The link went: nobody waits any longer. */
  end(): void {
    this.#ended = true;
    // guard: requests end with their link
    for (const finish of this.#pending.values()) finish({ kind: 'lost' });
  }
}

import type { Clock } from '../clock.ts';
import type { Stanza } from './stanza.ts';

/** As Baileys sends it. */
export const PING: Stanza = {
  tag: 'iq',
  attrs: { to: 's.whatsapp.net', type: 'get', xmlns: 'w:p' },
  content: [{ tag: 'ping', attrs: {} }],
};
/** How long WhatsApp may take to answer one. */
export const PING_TIMEOUT_MS = 10_000;
/** After a stall of this process an answer may still wait in the socket, since Node reads it after the timers: it gets so long. */
const GRACE_MS = 5_000;
/** A timer that is later than this says that the process was held up. */
const LATE_MS = 1_000;
/** How often in a row it waits for that: also a process that always stalls has to find its dead links. */
const MOST_WAITS = 6;

/**
 * Asks every 15 s for a sign of life, and finds a link silent on which none came for 15 to 30 s, by the clock that nobody
 * sets. Baileys judges by the wall clock, and in its timer, ahead of the answers that are in.
 */
export class KeepAlive implements Disposable {
  #timer: Disposable | undefined;
  /** Nothing came since the last ping. */
  #isQuiet = false;
  #waits = 0;
  readonly #clock: Clock;
  readonly #ping: () => void;
  readonly #onSilent: () => void;

  constructor(clock: Clock, ping: () => void, onSilent: () => void) {
    this.#clock = clock;
    this.#ping = ping;
    this.#onSilent = onSilent;
  }

  start(): void {
    this.#timer = this.#clock.after(PING_TIMEOUT_MS, () => this.#wait());
  }

  /** Something came, whatever it was. */
  heard(): void {
    this.#isQuiet = false;
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]();
  }

  /** However late the timer before was: Node reads what has arrived before this one ends. */
  #wait(): void {
    const due = this.#clock.monotonic() + GRACE_MS;
    this.#timer = this.#clock.after(GRACE_MS, () => this.#judge(this.#clock.monotonic() - due));
  }

  #judge(lateMs: number): void {
    // guard: a deaf link is given up
    if (this.#isQuiet) {
      const mayHaveCome = lateMs > LATE_MS && this.#waits < MOST_WAITS;
      this.#waits += 1;
      return mayHaveCome ? this.#wait() : this.#onSilent();
    }
    this.#isQuiet = true;
    this.#waits = 0;
    this.start();
    this.#ping();
  }
}

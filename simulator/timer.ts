import type { BinaryNode } from '@whiskeysockets/baileys';
import { child, node, Refusal } from './nodes.ts';

/** The default disappearing timer of an account. */
export class Timer {
  readonly #now: () => number;
  #seconds = 0;
  /** Unix seconds of the last change; 0 where there was none. */
  #since = '0';

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  get seconds(): number {
    return this.#seconds;
  }

  set(seconds: number): void {
    this.#seconds = seconds;
    this.#since = String(Math.floor(this.#now() / 1000));
  }

  /** As a usync shows it, and as a notification does. */
  get node(): BinaryNode {
    return node('disappearing_mode', { duration: String(this.#seconds), t: this.#since });
  }
}

/** What a linked device may set. */
const OFFERED = ['0', '86400', '604800', '7776000'];

/** The seconds that a stanza sets. */
export function readTimer(iq: BinaryNode): number {
  const { duration = '', ...others } = child(iq, 'disappearing_mode')?.attrs ?? {};
  if (!OFFERED.includes(duration)) throw new Refusal(400, 'a duration that is not on offer');
  if (Object.keys(others).length > 0) throw new Refusal(400, 'unknown attributes');
  return Number(duration);
}

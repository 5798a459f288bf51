import { LRUCache } from 'lru-cache';
import type { Clock } from '../../clock.ts';
import type { NamedContact } from '../../privacy/contacts/contact.ts';
import type { ContactBook, Known } from '../../privacy/contacts/contact-book.ts';

const MOST_KEPT = 2_000;
/** A number may get another owner. */
const FOUND_MS = 3_600_000;
/** Somebody may install WhatsApp now, and be put on a list the next minute. */
const NOBODY_MS = 60_000;

/** What one instance has found out about contacts: its own, so that no account tells another one whom it asked for. */
export class ContactCache implements ContactBook {
  /** Made with the first one: it takes 34 KB before it holds anything, and most instances never have any. */
  #known: LRUCache<string, Known> | undefined;
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  find({ kind, digits }: NamedContact): Known | undefined {
    return this.#known?.get(`${kind}:${digits}`);
  }

  keep({ kind, digits }: NamedContact, known: Known): void {
    // By the service's clock: without a resolution of its own the cache needs no timer. A time of 0 is none to it.
    const perf = { now: () => 1 + this.#clock.monotonic() };
    this.#known ??= new LRUCache({ max: MOST_KEPT, ttlResolution: 0, perf });
    this.#known.set(`${kind}:${digits}`, known, { ttl: known.kind === 'nobody' ? NOBODY_MS : FOUND_MS });
  }

  drop({ kind, digits }: NamedContact): void {
    this.#known?.delete(`${kind}:${digits}`);
  }

  forget(): void {
    this.#known = undefined;
  }
}

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
export class KeptContacts implements ContactBook {
  readonly #known: LRUCache<string, Known>;

  constructor(clock: Clock) {
    // By the service's clock: without a resolution of its own the cache needs no timer.
    this.#known = new LRUCache({ max: MOST_KEPT, ttlResolution: 0, perf: { now: () => clock.monotonic() } });
  }

  find({ kind, digits }: NamedContact): Known | undefined {
    return this.#known.get(`${kind}:${digits}`);
  }

  keep({ kind, digits }: NamedContact, known: Known): void {
    this.#known.set(`${kind}:${digits}`, known, { ttl: known.kind === 'nobody' ? NOBODY_MS : FOUND_MS });
  }

  forget(): void {
    this.#known.clear();
  }
}

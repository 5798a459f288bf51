import { hash } from 'node:crypto';
import type { InstanceView } from '../../instance/state.ts';
import type { Reading } from '../watching/session-watching.ts';

const digest = (value: unknown): string => hash('sha256', JSON.stringify(value), 'base64');

/** What a stream has sent of each instance, so that nothing is sent twice when it is equal: views from other nodes are never the same object. */
export class SentViews {
  readonly #sent = new Map<string, string>();

  /** Notes that it is sent; false where it is what was sent last. */
  note(view: InstanceView): boolean {
    const { id, state, since, reason, phoneNumber, pairing } = view;
    const now = digest([state, since, reason, phoneNumber, pairing]);
    if (this.#sent.get(id) === now) return false;
    this.#sent.set(id, now);
    return true;
  }

  /** Notes that it is gone; false where it was never sent. */
  gone(id: string): boolean {
    return this.#sent.delete(id);
  }

  get ids(): Iterable<string> {
    return this.#sent.keys();
  }
}

/** The same for settings: stale ones are news again once they are known to hold. */
export class SentReadings {
  readonly #sent = new Map<string, { readonly digest: string; readonly stale: boolean }>();

  note({ instance: { id }, changed, stale }: Reading): boolean {
    const now = { digest: digest([...changed.categories].toSorted(([one], [other]) => (one < other ? -1 : 1))), stale };
    const sent = this.#sent.get(id);
    if (sent?.digest === now.digest && (stale || !sent.stale)) return false;
    this.#sent.set(id, now);
    return true;
  }

  gone(id: string): boolean {
    return this.#sent.delete(id);
  }

  get ids(): Iterable<string> {
    return this.#sent.keys();
  }
}

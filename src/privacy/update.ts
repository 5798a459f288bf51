import { PrivetError } from '../errors.ts';
import { holds, isUnsupported, judge, type Proof } from './judge.ts';
import type { RequestedChange, UpdateOutcome } from './outcome.ts';
import { planUpdate, type Item } from './plan.ts';
import type { PrivacyPort } from './port.ts';
import { UNKNOWN_VALUE, type Snapshot } from './settings.ts';

/** A request to WhatsApp waits this long at most, in milliseconds. */
export const REQUEST_TIMEOUT_MS = 10_000;
/** With less time left than this nothing is sent any more, in milliseconds. */
export const LAST_SEND_MS = 5_000;
/** How often a read-back is tried before the call goes without. */
const READ_TRIES = 3;

export interface UpdateRun {
  readonly outcome: UpdateOutcome;
  /**
   * Resolves once every write is answered. While it has not, or where `unanswered` is true afterwards, a write may
   * still land on this connection: end the connection before the next update.
   */
  readonly writesSettled: Promise<void>;
  readonly unanswered: () => boolean;
}

/** The time a request may wait, or undefined when nothing may be sent any more. */
export function requestTimeout(remaining: number): number | undefined {
  // guard: nothing is sent with under 5 s left, else remaining <= 0
  if (remaining < LAST_SEND_MS) return undefined;
  // guard: a request waits 10 s at most, else remaining
  return Math.min(REQUEST_TIMEOUT_MS, remaining);
}

/**
 * Brings one instance's settings to what is requested: plan → write → read back → judge.
 *
 * Nothing counts as applied but what a read shows that was sent after the call's last write and that nobody else
 * shared. Frames leave without waiting for the reply of the one before, so the usual call costs one round trip.
 * @throws PrivetError TIMEOUT when too little time is left to send anything.
 */
export async function runUpdate(
  port: PrivacyPort,
  view: Snapshot,
  changes: readonly RequestedChange[],
): Promise<UpdateRun> {
  if (requestTimeout(port.remaining()) === undefined) {
    throw new PrivetError('TIMEOUT', 'Too little time was left to change anything; nothing was sent to WhatsApp');
  }
  const attempt = new Attempt(port, planUpdate(view, changes, port.announcements()));
  await attempt.run();
  return attempt.result();
}

class Attempt {
  #stanzas = 0;
  #proof: Proof | undefined;
  readonly #port: PrivacyPort;
  readonly #items: readonly Item[];

  constructor(port: PrivacyPort, items: readonly Item[]) {
    this.#port = port;
    this.#items = items;
  }

  async run(): Promise<void> {
    this.#write(this.#items.filter((item) => item.plan === 'write'));
    await this.#readBack({ afterReplies: false });
    if (this.#done()) return;

    // The server may have worked the read off first, or a reply is still on its way; also one to what was shown, which the
    // next read may show otherwise.
    await settled(this.#items);
    // guard: a read that came before the replies is not the last word
    if (!this.#proof || this.#missing().some((item) => this.#mayStillShow(item))) {
      await this.#readBack({ afterReplies: true });
    }
    if (this.#done()) return;

    const again = this.#missing().filter((item) => this.#mayWriteAgain(item));
    if (again.length === 0 || requestTimeout(this.#port.remaining()) === undefined) return;
    this.#write(again);
    await settled(again);
    await this.#readBack({ afterReplies: true });
  }

  result(): UpdateRun {
    const judged = this.#items.map((item) => judge(item, this.#proof));
    return {
      outcome: {
        snapshot: this.#proof?.snapshot,
        outcomes: judged.map(({ outcome }) => outcome),
        failures: judged.flatMap(({ failure }) => failure ?? []),
        stanzas: this.#stanzas,
      },
      writesSettled: settled(this.#items),
      unanswered: () => this.#items.some((item) => item.settled && (!item.reply || item.reply.kind === 'timed_out')),
    };
  }

  /** Requested, supported, and not shown by the proof. */
  #missing(): Item[] {
    return this.#items.filter((item) => !isUnsupported(item, this.#proof) && !holds(item, this.#proof));
  }

  #done(): boolean {
    return this.#proof !== undefined && this.#missing().length === 0;
  }

  /** A refused write changes nothing, so a read that did not show it is the last word, unless it showed nothing. */
  #mayStillShow(item: Item): boolean {
    const seen = this.#proof?.snapshot.categories.get(item.spec.category);
    if (seen === undefined || seen === UNKNOWN_VALUE) return true;
    return item.settled !== undefined && item.reply?.kind !== 'refused' && item.reply?.kind !== 'unsent';
  }

  /** Never over a change that was announced after ours: that one is somebody's later word. */
  #mayWriteAgain(item: Item): boolean {
    const seen = this.#proof?.snapshot.categories.get(item.spec.category);
    // guard: nothing is written over an unknown value
    if (seen === undefined || seen === UNKNOWN_VALUE) return false;
    // The view was stale, so what was planned by it was wrong. Whatever was announced since, nothing was written before it.
    if (!item.settled) return true;
    // guard: nothing is written over an announced change
    if (item.announcements !== this.#port.announcements()) return false;
    // guard: only what was acknowledged is written again
    if (item.reply?.kind !== 'acknowledged') return false;
    // guard: a write is repeated only after a read behind its reply, else true
    return this.#proof?.afterReplies === true;
  }

  /** Sends one stanza a field, back to back; the replies come in by themselves. */
  #write(items: readonly Item[]): void {
    for (const item of items) {
      const timeoutMs = requestTimeout(this.#port.remaining());
      const before = { reply: item.reply, taken: item.taken };
      if (timeoutMs === undefined) {
        item.reply ??= { kind: 'unsent' };
        continue;
      }
      item.reply = undefined;
      item.taken = true;
      item.announcements = this.#port.announcements();
      // What was read before this write proves nothing about it.
      // guard: proof is read after the last write
      this.#proof = undefined;
      this.#stanzas += 1;
      item.settled = this.#port.write(item.spec.category, item.wire, timeoutMs).then((reply) => {
        // A write that never left changes nothing about the one before it.
        item.reply = reply.kind === 'unsent' ? (before.reply ?? reply) : reply;
        // guard: a refused write is not APPLIED
        if (reply.kind === 'refused') item.taken = before.taken;
        if (reply.kind !== 'unsent') return;
        item.taken = before.taken;
        this.#stanzas -= 1;
      });
    }
  }

  /** Reads until an answer holds settings, on this connection or the next; an earlier proof stays where none does. */
  async #readBack({ afterReplies }: { afterReplies: boolean }): Promise<void> {
    for (let tries = 0; tries < READ_TRIES; tries += 1) {
      const timeoutMs = requestTimeout(this.#port.remaining());
      if (timeoutMs === undefined) return;
      this.#stanzas += 1;
      const reply = await this.#port.read(timeoutMs);
      // guard: a read that never left is not counted
      if (reply.kind === 'unsent') this.#stanzas -= 1;
      if (reply.kind === 'snapshot') {
        this.#proof = { snapshot: reply.snapshot, afterReplies: afterReplies || this.#repliesWereIn() };
        return;
      }
      // Before its replies are in, a first read that fails is left to the second one.
      if (!afterReplies) return;
      const spare = this.#port.remaining() - LAST_SEND_MS;
      if (spare <= 0 || !(await this.#port.whenOpen(spare))) return;
    }
  }

  #repliesWereIn(): boolean {
    return this.#items.every((item) => item.settled === undefined);
  }
}

async function settled(items: readonly Item[]): Promise<void> {
  await Promise.all(items.flatMap((item) => item.settled ?? []));
}

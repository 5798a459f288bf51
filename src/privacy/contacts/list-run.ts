import type { UpdateRun } from '../outcome.ts';
import type { PrivacyCall, Read } from '../port.ts';
import { LAST_SEND_MS, READ_BACK_TRIES, requestTimeout } from '../time.ts';
import type { Contact, ContactsOutcome } from './contact.ts';
import { type ContactUpdate, type ContactWrite, isStale, isUnanswered, wasSent, wasWritten } from './contact-update.ts';
import {
  contactHolds,
  contactMayStillShow,
  judgeContact,
  type ListProof,
  mayWriteContactAgain,
} from './judge-contact.ts';
import { ListUnreadError } from './list-unread.ts';
import { Members } from './members.ts';
import { askOnNextLink } from './on-next-link.ts';

/** How often a list is written that others change at the same time. Each time one of them has come through. */
const MOST_CONFLICTS = 20;

/** A list of contacts, as one read showed it. */
interface Listing {
  readonly contacts: readonly Contact[];
}

/** What is particular about one kind of list. */
export interface ListKind<L extends Listing> {
  read(timeoutMs: number): Promise<Read<L>>;
  /** Sends what brings these about, each in one write or all in one; resolves once all have left. */
  write(list: L, updates: readonly ContactUpdate[]): Promise<void>;
  /**
   * Whether the call may go on with the list as it is now, which was changed elsewhere before anything was written.
   * @throws PrivetError CONFLICT
   */
  checkUnchanged?(list: L): void;
  /** Those on the list whom no update names, and who are not to be there. */
  others?(list: L): readonly ContactUpdate[];
}

/**
 * Brings one list of contacts to what is wanted: write → read back → judge, contact by contact. It begins with a read of
 * its own: where that shows all as wanted, nothing is written, and it is the proof.
 */
export class ListRun<L extends Listing> {
  #proof: (ListProof & { readonly list: L }) | undefined;
  readonly #call: PrivacyCall;
  readonly #kind: ListKind<L>;
  #updates: readonly ContactUpdate[] = [];

  constructor(call: PrivacyCall, kind: ListKind<L>) {
    this.#call = call;
    this.#kind = kind;
  }

  /** The list as it is before anything is written. @throws ListUnreadError */
  async begin(): Promise<L> {
    const read = await askOnNextLink(this.#call, async (): Promise<Read<L>> => {
      const timeoutMs = requestTimeout(this.#call.remaining());
      return timeoutMs === undefined ? { kind: 'timed_out' } : this.#kind.read(timeoutMs);
    });
    if (read.kind !== 'shown') throw new ListUnreadError(read);
    this.#take(read.value, true);
    return read.value;
  }

  async run(updates: readonly ContactUpdate[]): Promise<void> {
    this.#updates = updates;
    let pending = this.#missing();
    let conflicts = 0;
    let isRepeated = false;
    while (pending.length > 0 && this.#proof) {
      if (requestTimeout(this.#call.remaining()) === undefined) return skip(pending, this.#call.announcements());
      await this.#write(this.#proof.list, pending);
      // What was not written is written to the list as it is now, which need not be the one that the caller wants changed.
      if (this.#proof && pending.some(isUnwritten) && !this.#updates.some(wasWritten)) {
        this.#kind.checkUnchanged?.(this.#proof.list);
      }
      const announcements = this.#call.announcements();
      const again = this.#missing().filter((update) => mayWriteContactAgain(update, this.#proof, announcements));
      if (pending.some(isStale)) {
        conflicts += 1;
        if (conflicts > MOST_CONFLICTS || !this.#proof) return;
        pending = this.#missing().filter((update) => isStale(update) || again.includes(update));
      } else {
        if (isRepeated) return;
        isRepeated = true;
        pending = again;
      }
    }
  }

  /** The list of the proof. */
  get list(): L | undefined {
    return this.#proof?.list;
  }

  result(stanzas: number): UpdateRun<ContactsOutcome<L>> & { readonly wrote: boolean } {
    const updates = this.#updates;
    const judged = [...updates, ...this.#others()].map((update) => judgeContact(update, this.#proof));
    const failures = judged.flatMap(({ failure }) => failure ?? []);
    return {
      outcome: { list: this.list, outcomes: judged.map(({ outcome }) => outcome), failures, stanzas },
      writesAnswered: allAnswered(updates),
      unanswered: () => updates.some(({ writes }) => writes.some(isUnanswered)),
      wrote: updates.some(wasWritten),
      mayLand: updates.some((update) => wasWritten(update) && !contactHolds(update, this.#proof)),
    };
  }

  #missing(): ContactUpdate[] {
    return this.#updates.filter((update) => 'contact' in update.who && !contactHolds(update, this.#proof));
  }

  #others(): readonly ContactUpdate[] {
    return (this.#proof && this.#kind.others?.(this.#proof.list)) ?? [];
  }

  async #write(list: L, updates: readonly ContactUpdate[]): Promise<void> {
    // What was read before a write proves nothing about it.
    // guard: a list is proven by a read behind the last write
    this.#proof = undefined;
    await this.#kind.write(list, updates);
    await this.#readBehind();
  }

  /** Reads behind the writes, and once more behind their replies where that read showed too little. */
  async #readBehind(): Promise<void> {
    await this.#readBack({ afterReplies: false });
    if (this.#proof && this.#missing().length === 0 && this.#others().length === 0) return;
    await allAnswered(this.#updates);
    if (!this.#proof || this.#missing().some((update) => contactMayStillShow(update, this.#proof))) {
      await this.#readBack({ afterReplies: true });
    }
  }

  /** Reads until an answer holds a list, on this connection or the next; an earlier proof stays where none does. */
  async #readBack({ afterReplies }: { afterReplies: boolean }): Promise<void> {
    for (let tries = 0; tries < READ_BACK_TRIES; tries += 1) {
      const timeoutMs = requestTimeout(this.#call.remaining());
      if (timeoutMs === undefined) return;
      const read = await this.#kind.read(timeoutMs);
      if (read.kind === 'shown') return this.#take(read.value, afterReplies);
      // Before its replies are in, a first read that fails is left to the second one.
      if (!afterReplies) return;
      const spareMs = this.#call.remaining() - LAST_SEND_MS;
      if (spareMs <= 0 || !(await this.#call.whenOpen(spareMs))) return;
    }
  }

  #take(list: L, afterReplies: boolean): void {
    this.#proof = { list, members: new Members(list.contacts), afterReplies };
  }
}

/** It never left, or another version of the list was there by then. */
const isUnwritten = (update: ContactUpdate): boolean => isStale(update) || !wasSent(update);

function skip(updates: readonly ContactUpdate[], announcements: number): void {
  for (const { writes } of updates) writes.push({ answered: undefined, reply: { kind: 'unsent' }, announcements });
}

async function allAnswered(updates: readonly ContactUpdate[]): Promise<void> {
  const writes = new Set<ContactWrite>(updates.flatMap(({ writes: each }) => each));
  await Promise.all([...writes].flatMap(({ answered }) => answered ?? []));
}

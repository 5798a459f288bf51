import type { Stanza } from '../../wire/stanza.ts';
import type { NamedContact } from '../contacts/contact.ts';
import type { ContactBook } from '../contacts/contact-book.ts';
import { type ContactUpdate, type ContactWrite, wasRefused } from '../contacts/contact-update.ts';
import { type ListKind, ListRun } from '../contacts/list-run.ts';
import { lookUp } from '../contacts/look-up.ts';
import { Members } from '../contacts/members.ts';
import { planContact } from '../contacts/plan-contact.ts';
import { sendWrite } from '../contacts/send-write.ts';
import { counted } from '../call-variants.ts';
import type { UpdateRun } from '../outcome.ts';
import type { PrivacyCall, Read } from '../port.ts';
import type { BlockAction, Blocklist, BlocklistOutcome } from './blocklist.ts';
import { blockStanza } from './blocklist-stanzas.ts';
import { readBlocklist } from './read-blocklist.ts';

/** So many writes are under way at a time. */
const MOST_IN_FLIGHT = 16;

/**
 * Blocks or unblocks contacts: look-up and read of the list at once, then one write a contact, back to back, and
 * a read-back right behind them.
 * @throws PrivetError TIMEOUT; ListUnreadError. Nothing was written.
 */
export async function updateBlocklist(
  given: PrivacyCall,
  book: ContactBook,
  action: BlockAction,
  contacts: readonly NamedContact[],
): Promise<UpdateRun<BlocklistOutcome>> {
  const call = counted(given);
  const run = new ListRun(call, new BlocklistKind(call, action));
  const [found, list] = await Promise.all([lookUp(call, book, contacts), run.begin()]);
  const members = new Members(list.contacts);
  const wants = action === 'block' ? 'listed' : 'unlisted';
  const updates = contacts.map((named) => planContact(named, wants, members, found, call.usesLid()));
  await run.run(updates);
  contacts.forEach((named, at) => {
    const update = updates[at];
    if (update && wasRefused(update)) book.drop(named);
  });
  const { wrote: _, ...done } = run.result(call.port.sent);
  return done;
}

interface BlockWrite {
  readonly stanza: Stanza;
  readonly updates: readonly ContactUpdate[];
}

class BlocklistKind implements ListKind<Blocklist> {
  readonly #call: PrivacyCall;
  readonly #action: BlockAction;

  constructor(call: PrivacyCall, action: BlockAction) {
    this.#call = call;
    this.#action = action;
  }

  read(timeoutMs: number): Promise<Read<Blocklist>> {
    return readBlocklist(this.#call.port, this.#call, timeoutMs);
  }

  async write({ contacts }: Blocklist, updates: readonly ContactUpdate[]): Promise<void> {
    const writes = this.#writesFor(new Members(contacts), updates);
    for (let from = 0; from < writes.length; from += MOST_IN_FLIGHT) {
      const sent = writes.slice(from, from + MOST_IN_FLIGHT).map((write) => this.#send(write));
      // The read-back leaves right behind the last of them.
      if (from + MOST_IN_FLIGHT < writes.length) await Promise.all(sent.flatMap(({ answered }) => answered ?? []));
    }
  }

  /** Nobody twice, though two of them may mean the same contact. */
  #writesFor(members: Members, updates: readonly ContactUpdate[]): readonly BlockWrite[] {
    const usesLid = this.#call.usesLid();
    const writes = new Map<string, { readonly stanza: Stanza; readonly updates: ContactUpdate[] }>();
    for (const update of updates) {
      if ('cause' in update.who) continue;
      const contact = members.find(update.who.contact) ?? update.who.contact;
      const stanza = blockStanza(this.#action, contact, usesLid);
      if (!stanza) continue;
      const address = JSON.stringify(stanza.content);
      const known = writes.get(address);
      if (known) known.updates.push(update);
      else writes.set(address, { stanza, updates: [update] });
    }
    return [...writes.values()];
  }

  #send({ stanza, updates }: BlockWrite): ContactWrite {
    return sendWrite(this.#call, stanza, updates);
  }
}

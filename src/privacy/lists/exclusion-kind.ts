import { PrivetError } from '../../errors.ts';
import type { ContactUpdate } from '../contacts/contact-update.ts';
import { addressOf } from '../contacts/jids.ts';
import type { ListKind } from '../contacts/list-run.ts';
import { Members } from '../contacts/members.ts';
import { sendWrite } from '../contacts/send-write.ts';
import { specOf } from '../fields.ts';
import type { PrivacyCall, Read } from '../port.ts';
import type { ExclusionField } from './exclusions.ts';
import { type ListItem, writeListStanza } from './list-stanzas.ts';
import { othersOn } from './plan-list.ts';
import { readList, type VersionedList } from './read-list.ts';

/** The list behind one field, for one call: all of a change goes in one write, which names the version that it changes. */
export class ExclusionKind implements ListKind<VersionedList> {
  /** Of a `replace`: what the call's first read showed, and what it wants of whom. */
  replaced:
    | { readonly active: boolean; readonly members: Members; readonly updates: readonly ContactUpdate[] }
    | undefined;
  readonly #call: PrivacyCall;
  readonly #field: ExclusionField;

  constructor(call: PrivacyCall, field: ExclusionField) {
    this.#call = call;
    this.#field = field;
  }

  read(timeoutMs: number): Promise<Read<VersionedList>> {
    return readList(this.#call.port, this.#call, this.#field, timeoutMs);
  }

  write({ contacts, version }: VersionedList, updates: readonly ContactUpdate[]): Promise<void> {
    const usesLid = this.#call.usesLid();
    const items = itemsOf(new Members(contacts), updates, usesLid);
    const stanza = writeListStanza(specOf(this.#field).category, version, items, usesLid);
    if (items.length > 0) sendWrite(this.#call, stanza, updates);
    return Promise.resolve();
  }

  checkUnchanged({ active, contacts }: VersionedList): void {
    if (!this.replaced) return;
    const isSame = active === this.replaced.active && this.replaced.members.isSame(new Members(contacts));
    // guard: a replace replaces the list that was read, else true
    if (isSame) return;
    throw new PrivetError(
      'CONFLICT',
      'The list was changed elsewhere since this call read it; nothing was written: read it, and decide again',
    );
  }

  others({ contacts }: VersionedList): readonly ContactUpdate[] {
    // guard: a replace tells of whom it did not expect, else []
    return this.replaced ? othersOn(new Members(contacts), this.replaced.updates) : [];
  }
}

/** What the write names: nobody twice, which WhatsApp refuses, and each by the address that the list has where it has one. */
function itemsOf(members: Members, updates: readonly ContactUpdate[], usesLid: boolean): readonly ListItem[] {
  const items = new Map<string, ListItem>();
  for (const { who, wants } of updates) {
    if ('cause' in who) continue;
    const address = addressOf(members.find(who.contact) ?? who.contact, usesLid);
    if (address) items.set(address['jid'] ?? '', { action: wants === 'listed' ? 'add' : 'remove', address });
  }
  return [...items.values()];
}

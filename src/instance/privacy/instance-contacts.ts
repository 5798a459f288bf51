import type { Call } from '../../call.ts';
import type { Clock } from '../../clock.ts';
import type { BlockAction, Blocklist, BlocklistOutcome } from '../../privacy/blocklist/blocklist.ts';
import { readBlocklist } from '../../privacy/blocklist/read-blocklist.ts';
import { updateBlocklist } from '../../privacy/blocklist/update-blocklist.ts';
import type { NamedContact } from '../../privacy/contacts/contact.ts';
import type {
  ExclusionChange,
  ExclusionField,
  ExclusionList,
  ExclusionsOutcome,
} from '../../privacy/lists/exclusions.ts';
import { readList, type VersionedList, withoutVersion } from '../../privacy/lists/read-list.ts';
import { updateList } from '../../privacy/lists/update-list.ts';
import type { Read } from '../../privacy/port.ts';
import { REQUEST_TIMEOUT_MS } from '../../privacy/time.ts';
import type { Connected } from './connected.ts';
import { LIST_WORDS, readForCaller, tellUnreadList, unreadable } from './caller-reads.ts';
import { ContactCache } from './contact-cache.ts';
import { SharedRead } from './shared-read.ts';
import type { Updates } from './updates.ts';

export interface ContactsParts {
  readonly clock: Clock;
  readonly connected: Connected;
  readonly updates: Updates;
}

/** The lists of contacts of one instance. Nothing of them is kept: each call reads them anew. */
export class InstanceContacts {
  readonly #parts: ContactsParts;
  readonly #cache: ContactCache;
  readonly #blocklistReads: SharedRead<Read<Blocklist>>;
  readonly #listReads = new Map<ExclusionField, SharedRead<Read<VersionedList>>>();

  constructor(parts: ContactsParts) {
    this.#parts = parts;
    this.#cache = new ContactCache(parts.clock);
    const { clock, connected } = parts;
    this.#blocklistReads = new SharedRead(() =>
      readBlocklist(connected.over(connected.link), { now: () => clock.now() }, REQUEST_TIMEOUT_MS),
    );
  }

  /** The account is not linked any more. */
  forget(): void {
    this.#cache.forget();
  }

  /**
   * A fresh read. Callers share one that was not sent yet, never one that is on its way.
   * @throws InstanceNotConnectedError; PrivetError TIMEOUT, WHATSAPP_ERROR, OVERLOADED
   */
  async exclusions(field: ExclusionField, call: Call): Promise<ExclusionList> {
    const { connected } = this.#parts;
    const read = await readForCaller(connected, call, () => this.#sharedList(field).get());
    if (read.kind === 'shown') return withoutVersion(read.value);
    throw unreadable(connected, LIST_WORDS, read);
  }

  /** @throws as `exclusions`; PrivetError BAD_USER_INPUT, CONFLICT. Then nothing was written. */
  updateExclusions(field: ExclusionField, change: ExclusionChange, call: Call): Promise<ExclusionsOutcome> {
    return tellUnreadList(
      this.#parts.connected,
      this.#parts.updates.run(call, (own, view) => updateList(own, this.#cache, view, field, change)),
    );
  }

  /** A fresh read, shared as those of `exclusions`. @throws as `exclusions` */
  async blocked(call: Call): Promise<Blocklist> {
    const { connected } = this.#parts;
    const read = await readForCaller(connected, call, () => this.#blocklistReads.get());
    if (read.kind === 'shown') return read.value;
    throw unreadable(connected, LIST_WORDS, read);
  }

  /** @throws as `exclusions`: then nothing was written */
  changeBlocked(action: BlockAction, contacts: readonly NamedContact[], call: Call): Promise<BlocklistOutcome> {
    return tellUnreadList(
      this.#parts.connected,
      this.#parts.updates.run(call, (own) => updateBlocklist(own, this.#cache, action, contacts)),
    );
  }

  #sharedList(field: ExclusionField): SharedRead<Read<VersionedList>> {
    const known = this.#listReads.get(field);
    if (known) return known;
    const { clock, connected } = this.#parts;
    const facts = { usesLid: () => connected.usesLid, now: () => clock.now() };
    const shared = new SharedRead(() => readList(connected.over(connected.link), facts, field, REQUEST_TIMEOUT_MS));
    this.#listReads.set(field, shared);
    return shared;
  }
}

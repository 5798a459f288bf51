import type { Call } from '../../call.ts';
import type { Clock } from '../../clock.ts';
import type { ExclusionField, ExclusionList } from '../../privacy/lists/exclusions.ts';
import { readList, type VersionedList } from '../../privacy/lists/read-list.ts';
import type { Read } from '../../privacy/port.ts';
import { REQUEST_TIMEOUT_MS } from '../../privacy/time.ts';
import type { Connected } from './connected.ts';
import { readForCaller, unreadable } from './cut-off.ts';
import { SharedRead } from './shared-read.ts';

/** The lists of contacts of one instance. Nothing of them is kept: each call reads them anew. */
export class InstanceContacts {
  readonly #clock: Clock;
  readonly #connected: Connected;
  readonly #listReads = new Map<ExclusionField, SharedRead<Read<VersionedList>>>();

  constructor(clock: Clock, connected: Connected) {
    this.#clock = clock;
    this.#connected = connected;
  }

  /**
   * A fresh read. Callers share one that was not sent yet, never one that is on its way.
   * @throws InstanceNotConnectedError; PrivetError TIMEOUT, WHATSAPP_ERROR, OVERLOADED
   */
  async exclusions(field: ExclusionField, call: Call): Promise<ExclusionList> {
    const read = await readForCaller(this.#connected, call, () => this.#sharedList(field).get());
    if (read.kind === 'shown') return withoutVersion(read.value);
    throw unreadable(this.#connected, { read: 'the read of the list', lacks: 'one' }, read);
  }

  #sharedList(field: ExclusionField): SharedRead<Read<VersionedList>> {
    const known = this.#listReads.get(field);
    if (known) return known;
    const connected = this.#connected;
    const facts = { usesLid: () => connected.usesLid, now: () => this.#clock.now() };
    const shared = new SharedRead(() => readList(connected.over(connected.link), facts, field, REQUEST_TIMEOUT_MS));
    this.#listReads.set(field, shared);
    return shared;
  }
}

const withoutVersion = ({ field, active, contacts, observedAt }: VersionedList): ExclusionList => ({
  field,
  active,
  contacts,
  observedAt,
});

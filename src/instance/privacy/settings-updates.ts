import type { Call } from '../../call.ts';
import type { Clock } from '../../clock.ts';
import { TIMER } from '../../privacy/fields.ts';
import type { RequestedChange, UpdateOutcome } from '../../privacy/outcome.ts';
import { planUpdate } from '../../privacy/plan.ts';
import { checkObservedAt, checkUnchanged, SettingsChangedError } from '../../privacy/policies/condition.ts';
import { CountedPort } from '../../privacy/counted-port.ts';
import { listsBefore } from '../../privacy/policies/old-lists.ts';
import { readsFirst, type FirstRead, type UpdateTerms } from '../../privacy/policies/terms.ts';
import type { PrivacyCall } from '../../privacy/port.ts';
import { previewUpdate, type UpdatePreview } from '../../privacy/policies/preview.ts';
import { CONTACT_BLACKLIST } from '../../privacy/lists/list-stanzas.ts';
import { asksTimer } from '../../privacy/timer.ts';
import { keptTime, runUpdate } from '../../privacy/update.ts';
import type { Connected } from './connected.ts';
import { tellUnreadList } from './caller-reads.ts';
import type { Reads } from './reads.ts';
import type { Updates } from './updates.ts';
import type { SettingsView } from './view.ts';

/** How often what holds is read while changes are announced during each read. */
const FIRST_READ_TRIES = 3;

interface SettingsUpdatesParts {
  readonly clock: Clock;
  readonly connected: Connected;
  readonly view: SettingsView;
  readonly reads: Reads;
  readonly updates: Updates;
}

/** Updates of one instance's settings on the terms of their callers, and what they would do. */
export class SettingsUpdates {
  readonly #parts: SettingsUpdatesParts;

  constructor(parts: SettingsUpdatesParts) {
    this.#parts = parts;
  }

  /** @throws SettingsChangedError; PrivetError BAD_USER_INPUT; as `Updates.run` and `Reads.own` do: nothing was written. */
  update(changes: readonly RequestedChange[], terms: UpdateTerms, call: Call): Promise<UpdateOutcome> {
    const made = this.#parts.updates.run(call, async (own, view) => {
      this.#checkTime(terms);
      const mustRead = readsFirst(terms) || this.#mayLoseList(changes);
      const first = mustRead ? await this.#readFirst(own, terms, changes, call) : undefined;
      const from = first?.snapshot ?? view;
      // guard: a shared read is no proof, else runUpdate({ ...own, settings: { read: () => this.#parts.reads.shared() } }, from, changes, terms, first)
      return runUpdate(own, from, changes, terms, first);
    });
    return terms.onFailure === 'ROLLBACK' ? tellUnreadList(this.#parts.connected, made) : made;
  }

  /** Sends nothing while what is known is fresh. @throws as `update`, and as `Reads.read` */
  async plan(changes: readonly RequestedChange[], terms: UpdateTerms, call: Call): Promise<UpdatePreview> {
    this.#checkTime(terms);
    const { view, reads } = this.#parts;
    const known = view.settings;
    const shown = known && !known.stale ? known.snapshot : await reads.read(call);
    if (asksTimer(changes) && !view.basis?.categories.has(TIMER)) await reads.timer(call);
    this.#checkUnchanged(terms);
    return previewUpdate(view.basis ?? shown, changes, terms);
  }

  /**
   * The value alone, written where there is a list, leaves nobody on it: what may have changed since it was read is read first.
   */
  #mayLoseList(changes: readonly RequestedChange[]): boolean {
    // guard: a list that there may be is not emptied by the value alone, else false
    return this.#parts.view.isOutdated && changes.some(({ wire }) => wire === CONTACT_BLACKLIST);
  }

  /** Nobody shares it, and nothing is written before it is there. */
  async #readFirst(
    own: PrivacyCall,
    terms: UpdateTerms,
    changes: readonly RequestedChange[],
    { signal, deadline }: Call,
  ): Promise<FirstRead> {
    const port = new CountedPort(own.port);
    const keptMs = keptTime(terms);
    const left = { remaining: () => deadline.remaining() - keptMs };
    for (let tries = 1; ; tries += 1) {
      const announcements = own.announcements();
      const snapshot = await this.#parts.reads.own({ signal, deadline: left }, port, { timer: asksTimer(changes) });
      this.#checkUnchanged(terms);
      const fields = planUpdate(snapshot, changes, announcements);
      const lists = terms.onFailure === 'ROLLBACK' ? await listsBefore({ ...own, ...left, port }, fields) : undefined;
      const first = { snapshot, announcements, stanzas: port.sent, lists };
      // What was announced during the reads they may not show.
      if (announcements === own.announcements()) return first;
      if (tries < FIRST_READ_TRIES) continue;
      if (terms.ifObservedAt !== undefined) throw new SettingsChangedError(snapshot);
      return first;
    }
  }

  /** Settings that were read may be a little newer than the clock, after somebody set that back. */
  #checkTime(terms: UpdateTerms): void {
    const { clock, view } = this.#parts;
    checkObservedAt(terms, Math.max(clock.now(), view.newest?.observedAt ?? 0));
  }

  #checkUnchanged(terms: UpdateTerms): void {
    const { settings } = this.#parts.view;
    if (settings) checkUnchanged(terms, settings.snapshot, settings.changed.observedAt);
  }
}

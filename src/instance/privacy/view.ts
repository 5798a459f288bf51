import type { Clock } from '../../clock.ts';
import { TIMER } from '../../privacy/fields.ts';
import type { PrivacyPort, ReadOptions, ReadOutcome, SettingsReader } from '../../privacy/port.ts';
import { sameSettings, withTimer, type Snapshot } from '../../privacy/settings.ts';
import { categoriesIn, readStanza } from '../../privacy/stanzas.ts';
import { timerIn, timerReadStanza, type TimerOutcome } from '../../privacy/timer.ts';
import type { Connected } from './connected.ts';

/** What the privacy settings of an instance are, as far as it is known. */
export interface ShownSettings {
  /** The newest read's. */
  readonly snapshot: Snapshot;
  /** Since when they hold, as far as it was observed. Another object only where a setting changed. */
  readonly changed: Snapshot;
  /** They may have changed meanwhile: there is no connection, or WhatsApp announced a change that was not read yet. */
  readonly stale: boolean;
}

export interface ViewOptions {
  readonly clock: Clock;
  /** A read brought other settings than the one before, or the first ones; or what was old is known to hold. */
  readonly onChange: () => void;
  /** As that, also where calls do not go over the link of the read. */
  readonly onNews: () => void;
}

/** A read, as it was when it was sent. */
interface SentRead {
  readonly sequence: number;
  readonly marks: number;
  /** Which of the instance's connections it went over. */
  readonly opening: number;
}

/** What the reads of one instance have shown: the newest settings, and whether they may have changed since. */
export class SettingsView implements SettingsReader {
  #newest: Snapshot | undefined;
  #changed: Snapshot | undefined;
  /** The timer as last read. Few reads ask for it: the newest snapshot goes on showing it. */
  #timer: (SentRead & { readonly seconds: string }) | undefined;
  /** The number of the last read that was sent. */
  #sequence = 0;
  /** The latest time that settings were said to be of. */
  #latest = 0;
  /** How often the view was marked as outdated, and how many of these marks are older than a read that was answered. */
  #marks = 0;
  #readMarks = 0;
  #answeredAt = 0;
  #nextAnswer = new AbortController();
  readonly #options: ViewOptions;
  readonly #connected: Connected;

  constructor(options: ViewOptions, connected: Connected) {
    this.#options = options;
    this.#connected = connected;
  }

  /** The newest read's; undefined where none was answered, or none since the account was linked anew. */
  get newest(): Snapshot | undefined {
    return this.#newest;
  }

  /** The newest, with the timer only where nothing is known that may have changed it since it was read. */
  get basis(): Snapshot | undefined {
    return this.#newest && this.isTimerOutdated ? withTimer(this.#newest) : this.#newest;
  }

  /** The timer is known, and may have changed since it was read. False where it never was. */
  get isTimerOutdated(): boolean {
    if (!this.#timer) return false;
    return this.#timer.marks < this.#marks || this.#timer.opening < this.#connected.openings;
  }

  /** Undefined where there is no newest. Those of earlier connections count. */
  get settings(): ShownSettings | undefined {
    if (!this.#newest || !this.#changed) return undefined;
    const stale = !this.#connected.link || this.isOutdated;
    return { snapshot: this.#newest, changed: this.#changed, stale };
  }

  /** Something may have changed that no read has shown yet. */
  get isOutdated(): boolean {
    return this.#readMarks < this.#marks;
  }

  /** When the last read was answered, by the monotonic clock. */
  get answeredAt(): number {
    return this.#answeredAt;
  }

  /** Aborts with the next read that is answered, whoever asked for it. */
  get nextAnswer(): AbortSignal {
    return this.#nextAnswer.signal;
  }

  /** Something may have changed: only a read that is sent from now on shows it. */
  markOutdated(): void {
    this.#marks += 1;
  }

  /** What was observed before the service was started: where the first read shows the same, it holds since then. */
  recall(snapshot: Snapshot): void {
    if (this.#changed) return;
    this.#changed = snapshot;
    this.#latest = snapshot.observedAt;
    const seconds = snapshot.categories.get(TIMER);
    // As old as can be: no update is planned from it.
    if (seconds !== undefined) this.#timer = { seconds, sequence: 0, marks: -1, opening: 0 };
  }

  /** The account is not linked any more: what it showed is nobody's settings now. */
  forget(): void {
    this.#newest = undefined;
    this.#changed = undefined;
    this.#timer = undefined;
  }

  async read(port: PrivacyPort, timeoutMs: number, { timer = false }: ReadOptions = {}): Promise<ReadOutcome> {
    const sent = this.#send();
    const { sequence } = sent;
    const asked = port.ask(readStanza(), timeoutMs);
    // Right behind, so that both are answered within one round trip.
    const askedTimer = timer ? this.#askTimer(port, timeoutMs, sequence) : undefined;
    const shown = categoriesIn(await asked);
    const shownTimer = askedTimer && (await askedTimer);
    if (shown.kind !== 'categories') return shown;
    const { categories } = shown;
    const seen = { categories, sequence, observedAt: 0 };
    const wasOutdated = this.isOutdated;
    this.#answered(sent.marks);
    if (shownTimer?.kind === 'timer') this.#noteTimer(shownTimer.seconds, sent);
    const isNews = this.#adopt(seen);
    if (isNews) this.#options.onNews();
    // The first read of a link is told once calls go over it: until then it is as old as what was shown before.
    if (this.#connected.link && (isNews || (wasOutdated && !this.isOutdated))) this.#options.onChange();
    return {
      kind: 'snapshot',
      snapshot: this.#dated(shownTimer?.kind === 'timer' ? withTimer(seen, shownTimer.seconds) : seen),
    };
  }

  /** Reads the timer alone. */
  async readTimer(port: PrivacyPort, timeoutMs: number): Promise<TimerOutcome> {
    const sent = this.#send();
    const shown = await this.#askTimer(port, timeoutMs, sent.sequence);
    if (shown.kind !== 'timer') return shown;
    this.#noteTimer(shown.seconds, sent);
    if (!this.#newest || !this.#showTimer(this.#newest)) return shown;
    this.#options.onNews();
    if (this.#connected.link) this.#options.onChange();
    return shown;
  }

  #send(): SentRead {
    this.#sequence += 1;
    return { sequence: this.#sequence, marks: this.#marks, opening: this.#connected.openings };
  }

  async #askTimer(port: PrivacyPort, timeoutMs: number, sequence: number): Promise<TimerOutcome> {
    const { jid, lid } = this.#connected.link ?? {};
    return jid === undefined
      ? { kind: 'unsent' }
      : timerIn(await port.ask(timerReadStanza(jid, String(sequence)), timeoutMs), jid, lid);
  }

  /** A late answer to an older read says less than what is known. */
  #noteTimer(seconds: string, sent: SentRead): void {
    if (!this.#timer || this.#timer.sequence <= sent.sequence) this.#timer = { seconds, ...sent };
  }

  #withKnownTimer(snapshot: Snapshot): Snapshot {
    return this.#timer ? withTimer(snapshot, this.#timer.seconds) : snapshot;
  }

  /** Shows what is known of the timer with the newest settings, and says whether it is another one than before. */
  #showTimer(newest: Snapshot): boolean {
    return this.#show(this.#withKnownTimer(newest), this.#nextTime());
  }

  /** Later than all that was said before, whatever the clock did. */
  #nextTime(): number {
    return Math.max(this.#options.clock.now(), this.#latest + 1);
  }

  /**
   * What a read showed, with the time when it was true. Whoever was shown other settings than those that hold now has a time
   * before these began to hold, in whatever order the answers came: an update may be conditional on it.
   */
  #dated(seen: Snapshot): Snapshot {
    const [newest, changed] = [this.#newest, this.#changed];
    if (!newest || !changed) return { ...seen, observedAt: this.#options.clock.now() };
    const holds = sameSettings(changed, seen.categories.has(TIMER) ? seen : this.#withKnownTimer(seen));
    // guard: a late answer is not newer than one to a later read, else this.#options.clock.now()
    const observedAt = holds ? newest.observedAt : changed.observedAt - 1;
    return { ...seen, observedAt };
  }

  /** @param marks how many there were when the read was sent. */
  #answered(marks: number): void {
    // guard: an announcement during a read needs another read, else this.#readMarks = this.#marks
    this.#readMarks = Math.max(this.#readMarks, marks);
    this.#answeredAt = this.#options.clock.monotonic();
    this.#nextAnswer.abort();
    this.#nextAnswer = new AbortController();
  }

  /** Takes what a read showed, and says whether it is news. */
  #adopt(seen: Snapshot): boolean {
    const before = this.#newest;
    // The timer that came with it may be news all the same: the newer read need not have asked for one.
    // guard: an older read never overwrites a newer one
    if (before && before.sequence > seen.sequence) return this.#showTimer(before);
    const shown = this.#withKnownTimer(seen);
    const changed = this.#changed;
    const holds = changed !== undefined && sameSettings(changed, shown);
    const observedAt = holds ? Math.max(this.#options.clock.now(), changed.observedAt) : this.#nextTime();
    this.#latest = Math.max(this.#latest, observedAt);
    const isChange = this.#show({ ...shown, observedAt }, observedAt);
    // The first one of a session is news even where it shows what was stored.
    return isChange || !before;
  }

  /** Shows these settings, and says whether they are others than before; if so, they hold since then. */
  #show(shown: Snapshot, since: number): boolean {
    const before = this.#changed;
    const isChange = !before || !sameSettings(before, shown);
    // That the timer became known does not mean that anything changed.
    const hasLearnt = before && !before.categories.has(TIMER) && sameSettings(before, withTimer(shown));
    if (isChange) this.#changed = { ...shown, observedAt: hasLearnt ? before.observedAt : since };
    // Of many instances it counts that what is the same is kept once.
    this.#newest = { ...shown, categories: (this.#changed ?? shown).categories };
    return isChange;
  }
}

import type { Clock } from '../../clock.ts';
import type { PrivacyPort, ReadOutcome, SettingsReader } from '../../privacy/port.ts';
import { sameSettings, type Snapshot } from '../../privacy/settings.ts';
import { categoriesIn, readStanza } from '../../privacy/stanzas.ts';
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

/** What the reads of one instance have shown: the newest settings, and whether they may have changed since. */
export class SettingsView implements SettingsReader {
  #newest: Snapshot | undefined;
  #changed: Snapshot | undefined;
  /** The number of the last read that was sent. */
  #sequence = 0;
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
    this.#changed ??= snapshot;
  }

  /** The account is not linked any more: what it showed is nobody's settings now. */
  forget(): void {
    this.#newest = undefined;
    this.#changed = undefined;
  }

  async read(port: PrivacyPort, timeoutMs: number): Promise<ReadOutcome> {
    this.#sequence += 1;
    const sequence = this.#sequence;
    const marks = this.#marks;
    const shown = categoriesIn(await port.ask(readStanza(), timeoutMs));
    if (shown.kind !== 'categories') return shown;
    const { categories } = shown;
    const snapshot = { categories, sequence, observedAt: this.#observedAt(sequence) };
    const wasOutdated = this.isOutdated;
    this.#answered(marks);
    const isNews = this.#adopt(snapshot);
    if (isNews) this.#options.onNews();
    // The first read of a link is told once calls go over it: until then it is as old as what was shown before.
    if (this.#connected.link && (isNews || (wasOutdated && !this.isOutdated))) this.#options.onChange();
    return { kind: 'snapshot', snapshot };
  }

  /** When the settings of a read that is answered now were true. */
  #observedAt(sequence: number): number {
    const now = this.#options.clock.now();
    const before = this.#newest;
    // guard: a late answer is not newer than one to a later read
    if (before && before.sequence > sequence) return Math.min(now, before.observedAt);
    return now;
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
  #adopt(snapshot: Snapshot): boolean {
    const before = this.#newest;
    // guard: an older read never overwrites a newer one
    if (before && before.sequence > snapshot.sequence) return false;
    // guard: only changes are published, else true
    const isChange = !this.#changed || !sameSettings(this.#changed, snapshot);
    if (isChange) this.#changed = snapshot;
    // Of many instances it counts that what is the same is kept once.
    this.#newest = { ...snapshot, categories: (this.#changed ?? snapshot).categories };
    // The first one of a session is news even where it shows what was stored.
    return isChange || !before;
  }
}

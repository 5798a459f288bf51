import type { Clock } from '../../clock.ts';
import type { Link } from '../../wire/link.ts';
import type { Reads } from './reads.ts';
import type { SettingsView } from './view.ts';

/** A read begins this long after the one before at the earliest: announcements come in bursts, and one read sees them all. */
const GAP_MS = 1_000;
/** Reads that stay unanswered in a row, until the link is given up. */
const MOST_SILENT = 3;
const PAUSE_MS = 2_000;
/** WhatsApp says "not now": the pause doubles with each time. */
const LONGEST_PAUSE_MS = 60_000;
/** A link that brought no read for this long is asked for one; two misses and it is given up. */
const PROBE_AFTER_MS = 600_000;
const PROBE_MOST_SILENT = 2;
/** After a write that may land late: a read so long after the update, and another so long after that. */
const LATE_READS_MS = [10_000, 50_000];

/** What is read without a caller, over the link that is open: what may have changed, and whether the link still lives. */
export class Watchfulness {
  #link: Link | undefined;
  /** Aborts with the link. */
  #over = new AbortController();
  #announcements = 0;
  #isReading = false;
  #nextAt = 0;
  #probe: Disposable | undefined;
  #lateRead: Disposable | undefined;
  readonly #clock: Clock;
  readonly #view: SettingsView;
  readonly #reads: Pick<Reads, 'shared' | 'sharedTimer'>;

  constructor(clock: Clock, view: SettingsView, reads: Pick<Reads, 'shared' | 'sharedTimer'>) {
    this.#clock = clock;
    this.#view = view;
    this.#reads = reads;
  }

  /** How many changes made elsewhere WhatsApp has announced so far. */
  get announcements(): number {
    return this.#announcements;
  }

  /** The link brought its first read; what was announced meanwhile is read now. */
  opened(link: Link): void {
    this.#link = link;
    this.#over = new AbortController();
    // guard: an idle link is probed
    this.#probeLater(link);
    // guard: an announcement during the first read reads again
    void this.#readWhatIsOutdated();
    // The first read of a link does not show it, and what changed while there was no link may not be announced any more.
    // guard: a timer that is known is read again on each link
    if (this.#view.isTimerOutdated) void this.#reads.sharedTimer();
  }

  closed(): void {
    this.#link = undefined;
    this.#over.abort();
    this.#probe?.[Symbol.dispose]();
    this.#probe = undefined;
  }

  /** No link is on its way; one that comes later begins with a read. */
  notConnecting(): void {
    this.#lateRead?.[Symbol.dispose]();
  }

  /** WhatsApp announced that something changed elsewhere. The announcement is a trigger, not a payload. */
  announced(): void {
    this.#announcements += 1;
    this.readAgain();
  }

  /** Something may have changed: reads it, soon. The link that follows begins with a read anyway. */
  readAgain(): void {
    this.#view.markOutdated();
    void this.#readWhatIsOutdated();
  }

  /** A write may still land. A device is not told of its own writes, so what lands late is only seen by looking. */
  readLater([pauseMs, ...others]: readonly number[] = LATE_READS_MS): void {
    this.#lateRead?.[Symbol.dispose]();
    if (pauseMs === undefined) return;
    this.#lateRead = this.#clock.after(pauseMs, () => {
      this.readAgain();
      this.readLater(others);
    });
  }

  /** Reads again until nothing was announced during the read. */
  async #readWhatIsOutdated(): Promise<void> {
    if (this.#isReading) return;
    this.#isReading = true;
    try {
      while (this.#view.isOutdated && this.#link) {
        const waitMs = this.#nextAt - this.#clock.monotonic();
        if (waitMs > 0) await this.#pause(waitMs, this.#over.signal);
        else await this.#readUntilAnswered(this.#link, MOST_SILENT);
      }
    } finally {
      this.#isReading = false;
    }
  }

  /** What WhatsApp refuses or leaves open is tried again: the announcement comes only once. */
  async #readUntilAnswered(link: Link, mostSilent: number): Promise<void> {
    let silent = 0;
    let refused = 0;
    for (;;) {
      this.#nextAt = this.#clock.monotonic() + GAP_MS;
      const { nextAnswer } = this.#view;
      const { kind } = await this.#reads.shared();
      // Who watches the timer is shown it as it was read, so that it is read again where somebody has asked for it before.
      if (kind === 'snapshot') return void (this.#view.isTimerOutdated && (await this.#reads.sharedTimer()));
      // A refusal proves that the link lives.
      const lives = kind === 'refused' || kind === 'odd';
      silent = lives ? 0 : silent + 1;
      refused = lives ? refused + 1 : 0;
      // guard: what no read has shown is asked for again, else 86_400_000
      const pauseMs = Math.min(PAUSE_MS * 2 ** Math.max(0, refused - 1), LONGEST_PAUSE_MS);
      await this.#pause(pauseMs, nextAnswer);
      // The link that follows begins with a read. What WhatsApp showed to somebody else meanwhile, it shows again.
      if (link !== this.#link || nextAnswer.aborted) return;
      if (silent >= mostSilent) return link.end({ kind: 'silent' });
    }
  }

  /** An idle link may be deaf without anybody noticing: it has to answer a read every now and then. */
  #probeLater(link: Link, afterMs = PROBE_AFTER_MS): void {
    this.#probe?.[Symbol.dispose]();
    this.#probe = this.#clock.after(afterMs, () => {
      if (link !== this.#link) return;
      const idleMs = this.#clock.monotonic() - this.#view.answeredAt;
      if (idleMs < PROBE_AFTER_MS) return this.#probeLater(link, PROBE_AFTER_MS - idleMs);
      // What it is asked for already tells as much.
      if (this.#isReading) return this.#probeLater(link);
      void this.#readUntilAnswered(link, PROBE_MOST_SILENT).then(() => link === this.#link && this.#probeLater(link));
    });
  }

  /** Shorter where the link ends, or where this signal aborts. */
  async #pause(ms: number, signal: AbortSignal): Promise<void> {
    await this.#clock.sleep(ms, AbortSignal.any([this.#over.signal, signal])).catch(() => undefined);
  }
}

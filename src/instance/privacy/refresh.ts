import type { Clock } from '../../clock.ts';
import type { ReadOutcome } from '../../privacy/port.ts';
import type { Link } from '../../wire/link.ts';

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

/** What the session reads by itself, over the link that is open: what was announced, and whether the link still lives. */
export class Refresh {
  readonly #clock: Clock;
  readonly #read: () => Promise<ReadOutcome>;
  #link: Link | undefined;
  /** Aborts with the link. */
  #over = new AbortController();
  /** Aborts with the next read that is answered, whoever asked for it. */
  #seen = new AbortController();
  #probe: Disposable | undefined;
  /** How often a read was asked for, and how many of those a read has answered that was sent later. */
  #asked = 0;
  #answered = 0;
  #isRunning = false;
  #nextAt = 0;
  #lastReadAt = 0;

  constructor(clock: Clock, read: () => Promise<ReadOutcome>) {
    this.#clock = clock;
    this.#read = read;
  }

  /** Something may have changed that no read has shown yet. */
  get isPending(): boolean {
    return this.#answered < this.#asked;
  }

  /** To be taken when a read is sent: it sees all that was asked for until then. */
  mark(): number {
    return this.#asked;
  }

  /** A read that was sent at this mark has shown what holds. */
  answered(mark: number): void {
    // guard: an announcement during a read needs another read, else this.#answered = this.#asked
    this.#answered = Math.max(this.#answered, mark);
    this.#lastReadAt = this.#clock.monotonic();
    this.#seen.abort();
    this.#seen = new AbortController();
  }

  /** The link brought its first read; what was announced meanwhile is read now. */
  opened(link: Link): void {
    this.#link = link;
    this.#over = new AbortController();
    // guard: an idle link is probed
    this.#watchLiveness(link);
    // guard: an announcement during the first read reads again
    void this.#run();
  }

  closed(): void {
    this.#link = undefined;
    this.#over.abort();
    this.#probe?.[Symbol.dispose]();
    this.#probe = undefined;
  }

  /** Something may have changed: reads it, soon. The link that follows begins with a read anyway. */
  again(): void {
    this.#asked += 1;
    void this.#run();
  }

  /** Reads again until nothing was announced during the read. */
  async #run(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    try {
      while (this.isPending && this.#link) {
        const waitMs = this.#nextAt - this.#clock.monotonic();
        if (waitMs > 0) await this.#pause(waitMs, this.#over.signal);
        else await this.#readUntilAnswered(MOST_SILENT);
      }
    } finally {
      this.#isRunning = false;
    }
  }

  /** What WhatsApp refuses or leaves open is tried again: the announcement comes only once. */
  async #readUntilAnswered(mostSilent: number): Promise<void> {
    const link = this.#link;
    let silent = 0;
    let refused = 0;
    if (!link) return;
    for (;;) {
      this.#nextAt = this.#clock.monotonic() + GAP_MS;
      const seen = this.#seen.signal;
      const { kind } = await this.#read();
      if (kind === 'snapshot') return;
      // A refusal proves that the link lives.
      const lives = kind === 'refused' || kind === 'odd';
      silent = lives ? 0 : silent + 1;
      refused = lives ? refused + 1 : 0;
      // guard: what no read has shown is asked for again, else 86_400_000
      const pauseMs = Math.min(PAUSE_MS * 2 ** Math.max(0, refused - 1), LONGEST_PAUSE_MS);
      await this.#pause(pauseMs, seen);
      // The link that follows begins with a read. What WhatsApp showed to somebody else meanwhile, it shows again.
      if (link !== this.#link || seen.aborted) return;
      if (silent >= mostSilent) return link.end({ kind: 'silent' });
    }
  }

  /** An idle link may be deaf without anybody noticing: it has to answer a read every now and then. */
  #watchLiveness(link: Link, afterMs = PROBE_AFTER_MS): void {
    this.#probe?.[Symbol.dispose]();
    this.#probe = this.#clock.after(afterMs, () => {
      if (link !== this.#link) return;
      const idleMs = this.#clock.monotonic() - this.#lastReadAt;
      if (idleMs < PROBE_AFTER_MS) return this.#watchLiveness(link, PROBE_AFTER_MS - idleMs);
      // What it is asked for already tells as much.
      if (this.#isRunning) return this.#watchLiveness(link);
      void this.#readUntilAnswered(PROBE_MOST_SILENT).then(() => link === this.#link && this.#watchLiveness(link));
    });
  }

  /** Shorter where the link ends, or where this signal aborts. */
  async #pause(ms: number, signal: AbortSignal): Promise<void> {
    await this.#clock.sleep(ms, AbortSignal.any([this.#over.signal, signal])).catch(() => undefined);
  }
}

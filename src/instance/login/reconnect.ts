import { deadlineIn, type Clock } from '../../clock.ts';
import type { Verdict } from './close-reasons.ts';

/** The longest pause between two attempts, in seconds. */
const MAX_PAUSE_S = 60;
/** So many restarts of the stream within a minute come without a pause; more of them wait like any other attempt. */
const MOST_RESTARTS = 3;
const RESTART_WINDOW_MS = 60_000;
/** Another client took over this often within the window: it will again. */
const MOST_REPLACED = 3;
const REPLACED_WINDOW_MS = 600_000;
/** A link that was OPEN for less than this proves nothing: what ended it may end the next one as well. */
const PROVEN_OPEN_MS = 60_000;
/** Two clients that come back at once would replace each other forever. */
// guard: another client is left alone for a minute, else 0
const REPLACED_PAUSE_MS = 60_000;

/** A pause of random(1 … min(60, 2^n)) seconds after n failures in a row, in milliseconds. `random`: 0 … 1. */
export function pauseMs(failures: number, random: () => number): number {
  const longest = Math.min(MAX_PAUSE_S, 2 ** failures);
  return Math.round((1 + random() * (longest - 1)) * 1000);
}

/** The longest a timer is set for: Node takes 2^31 ms at the most, and a ban may last longer. */
const LONGEST_SLEEP_MS = 3_600_000;

/** Resolves at `time` (epoch milliseconds), or when aborted before. A wall clock that is set meanwhile changes nothing. */
export async function sleepUntil(clock: Clock, time: number, signal: AbortSignal): Promise<void> {
  const pause = deadlineIn(clock, time - clock.now());
  for (let left = pause.remaining(); left > 0 && !signal.aborted; left = pause.remaining()) {
    await clock.sleep(Math.min(left, LONGEST_SLEEP_MS), signal).catch(() => undefined);
  }
}

/** When the next attempt comes: at once, at a time (epoch milliseconds), or not by itself. */
export type NextAttempt =
  | { readonly kind: 'now' }
  | { readonly kind: 'at'; readonly at: number }
  | { readonly kind: 'never' };

/** An instance that tries for so long and gets nowhere need not be connected to be unlinked. */
const IN_VAIN_MS = 300_000;

/** When one instance connects again after its links ended. */
export class ReconnectPolicy {
  #failures = 0;
  /** Since when there is a link that is OPEN. */
  #openSince: number | undefined;
  /** Since when it tries without having been OPEN for a while. */
  #tryingSince: number | undefined;
  readonly #restarts: Window;
  readonly #replaced: Window;
  readonly #clock: Clock;
  readonly #random: () => number;

  constructor(clock: Clock, random: () => number) {
    this.#clock = clock;
    this.#random = random;
    this.#restarts = new Window(clock, RESTART_WINDOW_MS);
    this.#replaced = new Window(clock, REPLACED_WINDOW_MS);
  }

  /** It has tried for long, and was not OPEN for a while. */
  get isInVain(): boolean {
    if (this.#tryingSince === undefined || this.#openSince !== undefined) return false;
    return this.#clock.monotonic() - this.#tryingSince >= IN_VAIN_MS;
  }

  /** It logs in from now on. */
  begins(): void {
    this.#tryingSince = this.#clock.monotonic();
  }

  /** It does not log in any more. */
  over(): void {
    this.#tryingSince = undefined;
  }

  opened(): void {
    this.#openSince = this.#clock.monotonic();
  }

  /** A link is gone. If it was OPEN for a while, the failures before it are forgotten. */
  ended(): void {
    const since = this.#openSince;
    const now = this.#clock.monotonic();
    this.#openSince = undefined;
    if (since === undefined || now - since < PROVEN_OPEN_MS) return;
    this.#failures = 0;
    this.#tryingSince = now;
  }

  next({ action }: Verdict): NextAttempt {
    switch (action.kind) {
      case 'restart':
        // guard: streams restart a few times a minute, else { kind: 'now' }
        return this.#restarts.count() <= MOST_RESTARTS ? { kind: 'now' } : this.#pause();
      case 'retry':
        return this.#pause();
      case 'retry_at':
        // A time that is always near must not mean one login after the other.
        return { kind: 'at', at: Math.max(action.at, this.#pause().at) };
      case 'replaced':
        // guard: another client wins in the end
        if (this.#replaced.count() >= MOST_REPLACED) return { kind: 'never' };
        return { kind: 'at', at: this.#clock.now() + REPLACED_PAUSE_MS + pauseMs(3, this.#random) };
      case 'logged_out':
      case 'halt':
        return { kind: 'never' };
    }
  }

  #pause(): NextAttempt & { readonly kind: 'at' } {
    const at = this.#clock.now() + pauseMs(this.#failures, this.#random);
    // guard: pauses grow
    this.#failures = Math.min(this.#failures + 1, MAX_PAUSE_S);
    return { kind: 'at', at };
  }
}

/** Counts what happened within the last while. */
class Window {
  #times: number[] = [];
  readonly #clock: Clock;
  readonly #lengthMs: number;

  constructor(clock: Clock, lengthMs: number) {
    this.#clock = clock;
    this.#lengthMs = lengthMs;
  }

  /** Adds one, and tells how many there are with it. */
  count(): number {
    const now = this.#clock.monotonic();
    this.#times = [...this.#times.filter((at) => now - at < this.#lengthMs), now].slice(-MAX_COUNTED);
    return this.#times.length;
  }
}
const MAX_COUNTED = 10;

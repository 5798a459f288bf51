import type { Call } from '../../call.ts';
import type { Clock } from '../../clock.ts';
import type { PartialFailureCode, RequestedChange, UpdateOutcome } from '../../privacy/outcome.ts';
import type { PrivacyCall, PrivacyPort, SettingsReader } from '../../privacy/port.ts';
import { isWrite } from '../../privacy/stanzas.ts';
import { LAST_SEND_MS } from '../../privacy/time.ts';
import { runUpdate, type UpdateRun } from '../../privacy/update.ts';
import type { Link } from '../../wire/link.ts';
import type { Connected } from './connected.ts';
import type { Reads } from './reads.ts';
import { Turns } from './turns.ts';
import type { SettingsView } from './view.ts';
import type { Watchfulness } from './watchfulness.ts';

const MOST_WAITING = 32;
/** How long late replies to writes are waited for before the link is ended because of them. */
const LATE_REPLY_MS = 2_000;
/** A write that failed with one of these may still land. */
const MAY_LAND: ReadonlySet<PartialFailureCode> = new Set(['TIMED_OUT', 'CONNECTION_LOST', 'UNVERIFIED']);

export interface UpdateParts {
  readonly clock: Clock;
  readonly connected: Connected;
  readonly view: SettingsView;
  readonly reads: Reads;
  readonly watchfulness: Watchfulness;
}

/** Changes one instance's settings, one update at a time. */
export class Updates {
  readonly #parts: UpdateParts;
  readonly #turns: Turns;

  constructor(parts: UpdateParts) {
    this.#parts = parts;
    this.#turns = new Turns(parts.clock, MOST_WAITING);
  }

  /**
   * Once it has written it runs to its end, whether or not the caller still listens, or may still call.
   * @throws InstanceNotConnectedError; PrivetError TIMEOUT, OVERLOADED; the signal's reason: nothing was written.
   */
  async run(changes: readonly RequestedChange[], call: Call): Promise<UpdateOutcome> {
    const { connected, view } = this.#parts;
    const turn = await this.#turns.take(call.deadline, LAST_SEND_MS, call.signal);
    const writtenOn = new Set<Link>();
    let run: UpdateRun;
    try {
      await connected.require(call);
      // The first read of a link has made the view before the link was open to calls.
      const { newest } = view;
      if (!newest) throw connected.notConnected();
      run = await runUpdate(this.#privacyCall(call, writtenOn), newest, changes);
      if (writtenOn.size === 0) call.signal.throwIfAborted();
    } catch (error) {
      turn.release();
      throw error;
    }
    const over = this.#finish(run, writtenOn);
    // guard: the next update waits until the last one is over, else turn.release()
    void over.finally(() => turn.release());
    return run.outcome;
  }

  #privacyCall({ deadline, signal }: Call, writtenOn: Set<Link>): PrivacyCall {
    const { connected, view, watchfulness } = this.#parts;
    const port: PrivacyPort = {
      ask: async (stanza, timeoutMs) => {
        const { link } = connected;
        if (link && isWrite(stanza)) {
          // The first write may come only after a read showed that the view was stale: the caller may have ended by then.
          if (writtenOn.size === 0 && signal.aborted) return { kind: 'unsent' };
          writtenOn.add(link);
        }
        return connected.over(link).ask(stanza, timeoutMs);
      },
    };
    // guard: a shared read is no proof, else { read: () => this.#parts.reads.shared() }
    const settings: SettingsReader = view;
    return {
      port,
      settings,
      whenOpen: (timeoutMs) => connected.whenOpen(timeoutMs),
      announcements: () => watchfulness.announcements,
      remaining: () => deadline.remaining(),
    };
  }

  /** A write that stays unanswered could land in a later update: its link is ended before the next one's turn. */
  async #finish(run: UpdateRun, writtenOn: ReadonlySet<Link>): Promise<void> {
    const { clock, watchfulness } = this.#parts;
    const answersAreLate = run.unanswered();
    const late = Promise.withResolvers<void>();
    using _ = clock.after(LATE_REPLY_MS, late.resolve);
    await Promise.race([run.writesAnswered, late.promise]);
    // guard: an unanswered write ends the link
    for (const link of run.unanswered() ? writtenOn : []) link.end({ kind: 'recycled' });
    // A write may have been worked off behind the update's last read, or may be yet.
    const mayLand = run.outcome.failures.some(({ code }) => MAY_LAND.has(code));
    // guard: what was written and not read is read again
    if (answersAreLate || mayLand) {
      watchfulness.readAgain();
      if (mayLand) watchfulness.readLater();
    }
  }
}

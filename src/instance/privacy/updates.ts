import { abortAfter, type Call } from '../../call.ts';
import type { Clock } from '../../clock.ts';
import { PrivetError } from '../../errors.ts';
import { Places } from '../../places.ts';
import type { UpdateRun } from '../../privacy/outcome.ts';
import type { PrivacyCall, PrivacyPort } from '../../privacy/port.ts';
import type { Snapshot } from '../../privacy/settings.ts';
import { isWrite } from '../../privacy/stanzas.ts';
import { LAST_SEND_MS } from '../../privacy/time.ts';
import type { Link } from '../../wire/link.ts';
import type { Connected } from './connected.ts';
import type { SettingsView } from './view.ts';
import type { Watchfulness } from './watchfulness.ts';

/** How many updates may wait for their turn. */
// guard: updates that wait are bounded, else Number.POSITIVE_INFINITY
const MOST_WAITING = 32;
/** How long late replies to writes are waited for before the link is ended because of them. */
const LATE_REPLY_MS = 2_000;

export interface UpdateParts {
  readonly clock: Clock;
  readonly connected: Connected;
  readonly view: SettingsView;
  readonly watchfulness: Watchfulness;
}

/** What an update does in its turn: it changes something by the call's port, from what the view holds now. */
type Work<T> = (call: PrivacyCall, view: Snapshot) => Promise<UpdateRun<T>>;

/** The updates of one instance, one at a time. */
export class Updates {
  readonly #parts: UpdateParts;
  readonly #turns = new Places(1, MOST_WAITING, 'Too many updates wait for this instance');

  constructor(parts: UpdateParts) {
    this.#parts = parts;
  }

  /**
   * Does one update in its turn. Once it has written it runs to its end, whether or not the caller still listens, or may
   * still call.
   * @throws InstanceNotConnectedError; PrivetError TIMEOUT, OVERLOADED; the signal's reason: nothing was written.
   */
  async run<T>(call: Call, work: Work<T>): Promise<T> {
    const { connected, view } = this.#parts;
    // guard: update turns, else new DisposableStack()
    const turn = await this.#turn(call);
    const writtenOn = new Set<Link>();
    let run: UpdateRun<T>;
    try {
      await connected.require(call);
      // The first read of a link has made the view before the link was open to calls.
      const { basis } = view;
      if (!basis) throw connected.notConnected();
      run = await work(this.#privacyCall(call, writtenOn), basis);
      if (writtenOn.size === 0) call.signal.throwIfAborted();
    } catch (error) {
      turn[Symbol.dispose]();
      throw error;
    }
    const over = this.#finish(run, writtenOn);
    // guard: the next update waits until the last one is over, else turn[Symbol.dispose]()
    void over.finally(() => turn[Symbol.dispose]());
    return run.outcome;
  }

  /** The one turn, once those who came before are done. The wait ends while enough time is left to send something. */
  async #turn({ deadline, signal }: Call): Promise<Disposable> {
    const waitMs = Math.max(0, deadline.remaining() - LAST_SEND_MS);
    const timeIsUp = (): PrivetError => new PrivetError('TIMEOUT', 'Other updates of this instance took all the time');
    using patience = abortAfter(this.#parts.clock, waitMs, signal, timeIsUp);
    return await this.#turns.take(patience.signal);
  }

  #privacyCall({ deadline, signal }: Call, writtenOn: Set<Link>): PrivacyCall {
    const { clock, connected, view, watchfulness } = this.#parts;
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
    return {
      port,
      settings: view,
      whenOpen: (timeoutMs) => connected.whenOpen(timeoutMs),
      announcements: () => watchfulness.announcements,
      usesLid: () => connected.usesLid,
      now: () => clock.now(),
      remaining: () => deadline.remaining(),
    };
  }

  /** A write that stays unanswered could land in a later update: its link is ended before the next one's turn. */
  async #finish(run: UpdateRun<unknown>, writtenOn: ReadonlySet<Link>): Promise<void> {
    const { clock, view, watchfulness } = this.#parts;
    const answersAreLate = run.unanswered();
    // guard: what was written and not read is read again, else false
    const isUnread = answersAreLate || run.mayLand || run.changedSettings === true;
    // Who asks for what is known meanwhile is told that it is old.
    if (isUnread) view.markOutdated();
    const late = Promise.withResolvers<void>();
    using _ = clock.after(LATE_REPLY_MS, late.resolve);
    await Promise.race([run.writesAnswered, late.promise]);
    // guard: an unanswered write ends the link
    for (const link of run.unanswered() ? writtenOn : []) link.end({ kind: 'recycled' });
    if (isUnread) {
      watchfulness.readAgain();
      if (run.mayLand) watchfulness.readLater();
    }
  }
}

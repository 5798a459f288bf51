import { abortable, type Call } from '../../call.ts';
import type { Clock, Deadline } from '../../clock.ts';
import { InstanceNotConnectedError, PrivetError, type Standing } from '../../errors.ts';
import type { PartialFailureCode, RequestedChange, UpdateOutcome } from '../../privacy/outcome.ts';
import type { PrivacyCall, PrivacyPort, ReadOutcome, SettingsReader } from '../../privacy/port.ts';
import type { Snapshot } from '../../privacy/settings.ts';
import { categoriesIn, isWrite, readStanza } from '../../privacy/stanzas.ts';
import { LAST_SEND_MS, requestTimeout, REQUEST_TIMEOUT_MS } from '../../privacy/time.ts';
import { runUpdate, type UpdateRun } from '../../privacy/update.ts';
import type { SessionEvents } from '../../telemetry/events.ts';
import type { Link } from '../../wire/link.ts';
import type { Reply } from '../../wire/reply.ts';
import type { Stanza } from '../../wire/stanza.ts';
import { OpenWaiters } from './open-waiters.ts';
import { Refresh } from './refresh.ts';
import { refusedBy } from '../refused-by.ts';
import { SeenSettings } from './seen-settings.ts';
import { SharedRead } from './shared-read.ts';
import { Turns } from './turns.ts';

/** So much of a call's time is kept for the answer's way back. */
const ANSWER_MS = 1_000;
/** How long a call waits for an instance that is on its way to being connected. */
const OPEN_WAIT_MS = 8_000;
/** How long late replies to writes are waited for before the link is ended because of them. */
const LATE_REPLY_MS = 2_000;
/** After a write that may land late: a read so long after the update, and another so long after that. */
const LATE_READS_MS = [10_000, 50_000];
const MAY_LAND: ReadonlySet<PartialFailureCode> = new Set(['TIMED_OUT', 'CONNECTION_LOST', 'UNVERIFIED']);
const MOST_WAITING = 32;
/** How often a read is asked for that its link's end, or WhatsApp's refusal right after a login, left without an answer. */
const READ_TRIES = 3;
const FIRST_READ_PAUSE_MS = 2_000;

/** What the privacy settings of an instance are, as far as it is known. */
export interface ShownSettings {
  /** The newest read's. */
  readonly snapshot: Snapshot;
  /** Another object only where a setting changed. */
  readonly changed: Snapshot;
  /** They may have changed meanwhile: there is no connection, or WhatsApp announced a change that was not read yet. */
  readonly stale: boolean;
}

export interface InstancePrivacyOptions {
  readonly clock: Clock;
  readonly telemetry: Pick<SessionEvents, 'stanzaAnswered' | 'stanzaUnanswered'>;
  /** A read brought other settings than the one before, or the first ones; or what was old is known to hold. */
  readonly onChange: () => void;
  /** Whether the session may be OPEN within so many milliseconds, so that waiting for it makes sense. */
  readonly mayOpenWithin: (ms: number) => boolean;
  /** Where the session stands, for those who are told that it is not OPEN. */
  readonly standing: () => Standing;
}

/** The privacy settings of one instance: the view of them, fresh reads, and one update at a time. */
export class InstancePrivacy {
  readonly #seen = new SeenSettings();
  readonly #refresh: Refresh;
  /** Set while the session is OPEN. */
  #link: Link | undefined;
  /** Weakly: an ended link holds a whole socket and its keys. */
  readonly #ended = new WeakSet<Link>();
  #sequence = 0;
  #announcements = 0;
  #lateRead: Disposable | undefined;
  readonly #shared = new SharedRead(() => this.#readOver(this.#over(this.#link), REQUEST_TIMEOUT_MS));
  readonly #openWaiters: OpenWaiters;
  readonly #turns: Turns;
  readonly #options: InstancePrivacyOptions;

  constructor(options: InstancePrivacyOptions) {
    this.#options = options;
    this.#openWaiters = new OpenWaiters(options.clock);
    this.#turns = new Turns(options.clock, MOST_WAITING);
    this.#refresh = new Refresh(options.clock, () => this.#shared.get());
  }

  /** Earlier connections included, but not those of an account that is not linked any more. */
  get settings(): ShownSettings | undefined {
    const { newest, changed } = this.#seen;
    return newest && changed && { snapshot: newest, changed, stale: !this.#link || this.#refresh.isPending };
  }

  /** The first read of a link. Only after it succeeded the instance is OPEN. */
  async opened(link: Link): Promise<ReadOutcome> {
    const reply = await this.#firstRead(link);
    // The link may have ended in the same breath as its answer came.
    // guard: a link that ended with its first answer is not used
    if (this.#ended.has(link)) return reply;
    if (reply.kind === 'snapshot') {
      this.#link = link;
      this.#openWaiters.tell(true);
      this.#refresh.opened(link);
      this.#options.onChange();
    }
    return reply;
  }

  /** A refusal proves that the link lives: another login would be refused the same. */
  async #firstRead(link: Link): Promise<ReadOutcome> {
    for (let tries = 1; ; tries += 1) {
      const reply = await this.#readOver(this.#over(link), REQUEST_TIMEOUT_MS);
      if (reply.kind !== 'refused' || tries === READ_TRIES) return reply;
      await this.#options.clock.sleep(FIRST_READ_PAUSE_MS);
      if (this.#ended.has(link)) return { kind: 'lost' };
    }
  }

  /** Whether calls go over this link: it brought its first read, and is not over. */
  isOn(link: Link): boolean {
    return link === this.#link;
  }

  /** The link takes no request any more. */
  closed(link: Link): void {
    this.#ended.add(link);
    this.#link = undefined;
    this.#refresh.closed();
  }

  /** Nobody need wait any longer: the session is not on its way to OPEN. */
  notConnecting(): void {
    this.#openWaiters.tell(false);
    this.#lateRead?.[Symbol.dispose]();
  }

  /** The account is not linked any more: what it showed is nobody's settings now. */
  forget(): void {
    this.#seen.forget();
  }

  /** WhatsApp announced that something changed elsewhere. The announcement is a trigger, not a payload. */
  announced(): void {
    this.#announcements += 1;
    this.#refresh.again();
  }

  /**
   * A fresh read. Callers share one that was not sent yet, never one that is on its way.
   * @throws InstanceNotConnectedError; PrivetError TIMEOUT, WHATSAPP_ERROR, OVERLOADED
   */
  async read(call: Call): Promise<Snapshot> {
    const { signal } = call;
    const deadline = answerable(call);
    let reply: ReadOutcome = { kind: 'unsent' };
    // One whose link ended under it is asked again on the next link.
    for (let tries = 0; tries < READ_TRIES && isCutOff(reply); tries += 1) {
      await this.#requireOpen(deadline, signal);
      reply = await abortable(this.#shared.get(), signal);
    }
    switch (reply.kind) {
      case 'snapshot':
        return reply.snapshot;
      case 'timed_out':
        throw new PrivetError('TIMEOUT', 'WhatsApp did not answer the privacy read in time');
      case 'lost':
      case 'unsent':
        throw this.#notConnected();
      case 'refused':
        throw refusedBy('the privacy read', reply);
      case 'odd':
        throw new PrivetError('WHATSAPP_ERROR', 'WhatsApp answered the privacy read without any settings');
    }
  }

  /**
   * Applies changes, one update at a time. Once it has written it runs to its end, whether or not the caller still
   * listens, or may still call.
   * @throws InstanceNotConnectedError; PrivetError TIMEOUT, OVERLOADED; the signal's reason: nothing was written.
   */
  async update(changes: readonly RequestedChange[], call: Call): Promise<UpdateOutcome> {
    const { signal } = call;
    const deadline = answerable(call);
    const turn = await this.#turns.take(deadline, LAST_SEND_MS, signal);
    let run: UpdateRun;
    const writtenOn = new Set<Link>();
    try {
      await this.#requireOpen(deadline, signal);
      // The read of a link's opening has made the view before the link was OPEN.
      const { newest } = this.#seen;
      if (!newest) throw this.#notConnected();
      run = await runUpdate(this.#call(deadline, writtenOn, signal), newest, changes);
      if (writtenOn.size === 0) signal.throwIfAborted();
    } catch (error) {
      turn.release();
      throw error;
    }
    const settled = this.#settle(run, writtenOn);
    // guard: the next update waits until the last one is settled, else turn.release()
    void settled.finally(() => turn.release());
    return run.outcome;
  }

  /** A write that stays unanswered could land in a later update: such a link is ended before the next one's turn. */
  async #settle(run: UpdateRun, writtenOn: ReadonlySet<Link>): Promise<void> {
    const answersAreLate = run.unanswered();
    const late = Promise.withResolvers<void>();
    using _ = this.#options.clock.after(LATE_REPLY_MS, late.resolve);
    await Promise.race([run.writesAnswered, late.promise]);
    // guard: an unanswered write ends the link
    for (const link of run.unanswered() ? writtenOn : []) link.end({ kind: 'recycled' });
    // A write may have been worked off behind the update's last read, or may be yet.
    const mayLand = run.outcome.failures.some(({ code }) => MAY_LAND.has(code));
    // guard: what was written and not read is read again
    if (answersAreLate || mayLand) {
      this.#refresh.again();
      if (mayLand) this.#readLater(LATE_READS_MS);
    }
  }

  /** A device is not told of its own writes, so what lands late is only seen by looking. */
  #readLater([pauseMs, ...others]: readonly number[]): void {
    this.#lateRead?.[Symbol.dispose]();
    if (pauseMs === undefined) return;
    this.#lateRead = this.#options.clock.after(pauseMs, () => {
      this.#refresh.again();
      this.#readLater(others);
    });
  }

  #call(deadline: Deadline, writtenOn: Set<Link>, signal: AbortSignal): PrivacyCall {
    // guard: a shared read is no proof, else { read: () => this.#shared.get() }
    const settings: SettingsReader = { read: (port, timeoutMs) => this.#readOver(port, timeoutMs) };
    return {
      port: {
        ask: async (stanza, timeoutMs) => {
          const link = this.#link;
          if (!link) return { kind: 'unsent' };
          if (isWrite(stanza)) {
            // The first write may come only after a read showed that the view was stale: the caller may have ended by then.
            if (writtenOn.size === 0 && signal.aborted) return { kind: 'unsent' };
            writtenOn.add(link);
          }
          return this.#ask(link, stanza, timeoutMs);
        },
      },
      settings,
      whenOpen: (timeoutMs) => this.#whenOpen(timeoutMs),
      announcements: () => this.#announcements,
      remaining: () => deadline.remaining(),
    };
  }

  /** Reads over a port, and takes what is shown into the view. */
  async #readOver(port: PrivacyPort, timeoutMs: number): Promise<ReadOutcome> {
    this.#sequence += 1;
    const sequence = this.#sequence;
    const mark = this.#refresh.mark();
    const shown = categoriesIn(await port.ask(readStanza(), timeoutMs));
    if (shown.kind !== 'categories') return shown;
    const observedAt = this.#seen.observedAt(sequence, this.#options.clock.now());
    const snapshot = { categories: shown.categories, sequence, observedAt };
    const wasPending = this.#refresh.isPending;
    this.#refresh.answered(mark);
    const isNews = this.#seen.adopt(snapshot);
    // The first read of a link is told once calls go over it: until then it is as old as what was shown before.
    if (this.#link && (isNews || (wasPending && !this.#refresh.isPending))) this.#options.onChange();
    return { kind: 'snapshot', snapshot };
  }

  #over(link: Link | undefined): PrivacyPort {
    return {
      ask: (stanza, timeoutMs) => (link ? this.#ask(link, stanza, timeoutMs) : Promise.resolve({ kind: 'unsent' })),
    };
  }

  async #ask(link: Link, stanza: Stanza, timeoutMs: number): Promise<Reply> {
    const { clock, telemetry } = this.#options;
    const kind = isWrite(stanza) ? 'write' : 'read';
    const sentAt = clock.monotonic();
    const reply = await link.request(stanza, timeoutMs);
    if (reply.kind === 'result' || reply.kind === 'refused') telemetry.stanzaAnswered(kind, clock.monotonic() - sentAt);
    else telemetry.stanzaUnanswered(kind, reply.kind);
    return reply;
  }

  async #requireOpen(deadline: Deadline, signal: AbortSignal): Promise<Link> {
    signal.throwIfAborted();
    if (!this.#link) {
      const waitMs = Math.min(OPEN_WAIT_MS, Math.max(0, deadline.remaining() - LAST_SEND_MS));
      await abortable(this.#whenOpen(waitMs), signal);
    }
    if (!this.#link) throw this.#notConnected();
    if (requestTimeout(deadline.remaining()) === undefined) {
      throw new PrivetError('TIMEOUT', 'Too little time was left; nothing was sent to WhatsApp');
    }
    return this.#link;
  }

  async #whenOpen(timeoutMs: number): Promise<boolean> {
    if (this.#link) return true;
    if (!this.#options.mayOpenWithin(timeoutMs)) return false;
    return this.#openWaiters.wait(timeoutMs);
  }

  #notConnected(): InstanceNotConnectedError {
    return new InstanceNotConnectedError(this.#options.standing());
  }
}

const isCutOff = ({ kind }: ReadOutcome): boolean => kind === 'lost' || kind === 'unsent';

const answerable = ({ deadline }: Call): Deadline => ({
  remaining: () => Math.max(0, deadline.remaining() - ANSWER_MS),
});

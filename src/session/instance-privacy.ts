import { abortable, type Call } from '../call.ts';
import type { Clock, Deadline } from '../clock.ts';
import { InstanceNotConnectedError, PrivetError, type Standing } from '../errors.ts';
import type { PartialFailureCode, RequestedChange, UpdateOutcome } from '../privacy/outcome.ts';
import type { PrivacyPort, ReadReply, WriteReply } from '../privacy/port.ts';
import { sameSettings, type Snapshot } from '../privacy/settings.ts';
import { parseReadReply, readStanza, writeStanza } from '../privacy/stanzas.ts';
import { LAST_SEND_MS, requestTimeout, REQUEST_TIMEOUT_MS, runUpdate, type UpdateRun } from '../privacy/update.ts';
import type { SessionEvents, StanzaKind } from '../telemetry/events.ts';
import type { Link, Reply, Stanza } from './link.ts';
import { refusedBy } from './refused-by.ts';
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
const REFRESH_TRIES = 3;
const REFRESH_PAUSE_MS = 2_000;
/** A link that brought no read for this long is asked for one; two misses and it is given up. */
const PROBE_AFTER_MS = 600_000;
const PROBE_TRIES = 2;

export interface InstancePrivacyOptions {
  readonly clock: Clock;
  readonly telemetry: Pick<SessionEvents, 'stanzaAnswered' | 'stanzaUnanswered'>;
  /** The view changed: a read brought other settings than the one before, or the first ones. */
  readonly onChange: () => void;
  /** Whether the session may be OPEN within so many milliseconds, so that waiting for it makes sense. */
  readonly mayOpenWithin: (ms: number) => boolean;
  /** Where the session stands, for those who are told that it is not OPEN. */
  readonly standing: () => Standing;
}

/** The privacy settings of one instance: the view of them, fresh reads, and one update at a time. */
export class InstancePrivacy {
  #view: Snapshot | undefined;
  #published: Snapshot | undefined;
  /** Set while the session is OPEN. */
  #link: Link | undefined;
  /** Weakly: an ended link holds a whole socket and its keys. */
  readonly #ended = new WeakSet<Link>();
  #sequence = 0;
  #announcements = 0;
  #refreshing = false;
  #probe: Disposable | undefined;
  #lateRead: Disposable | undefined;
  #lastReadAt = 0;
  #stale = false;
  #sharedRead: Promise<ReadReply> | undefined;
  #nextSharedRead: Promise<ReadReply> | undefined;
  readonly #openWaiters = new Set<(open: boolean) => void>();
  readonly #turns: Turns;
  readonly #options: InstancePrivacyOptions;

  constructor(options: InstancePrivacyOptions) {
    this.#options = options;
    this.#turns = new Turns(options.clock, MOST_WAITING);
  }

  /**
   * The settings as last shown, changed as an object only when a setting changed. Earlier connections included, but not
   * those of an account that is not linked any more.
   */
  get settings(): Snapshot | undefined {
    return this.#view && this.#published;
  }

  /** The first read of a link. Only after it succeeded the instance is OPEN. */
  async opened(link: Link): Promise<ReadReply> {
    // What made the view stale before is seen by this read.
    this.#stale = false;
    const reply = await this.#readOn(link, REQUEST_TIMEOUT_MS);
    // The link may have ended in the same breath as its answer came.
    if (reply.kind === 'snapshot' && !this.#ended.has(link)) {
      this.#link = link;
      this.#tellOpenWaiters(true);
      this.#watchLiveness(link);
      // Something was announced while the first read was on its way.
      if (this.#stale) void this.#refresh();
    }
    return reply;
  }

  /** Whether calls go over this link: it brought its first read, and is not over. */
  isOn(link: Link): boolean {
    return link === this.#link;
  }

  /** The link takes no request any more. */
  closed(link: Link): void {
    this.#ended.add(link);
    this.#link = undefined;
    this.#probe?.[Symbol.dispose]();
    this.#probe = undefined;
  }

  /** Nobody need wait any longer: the session is not on its way to OPEN. */
  notConnecting(): void {
    this.#tellOpenWaiters(false);
    this.#lateRead?.[Symbol.dispose]();
  }

  /** The account is not linked any more: what it showed is nobody's settings now. */
  forget(): void {
    this.#view = undefined;
  }

  /** WhatsApp announced that something changed elsewhere. The announcement is a trigger, not a payload. */
  announced(): void {
    this.#announcements += 1;
    this.#readAgain();
  }

  /**
   * A fresh read. Callers share one that was not sent yet, never one that is on its way.
   * @throws InstanceNotConnectedError; PrivetError TIMEOUT, WHATSAPP_ERROR, OVERLOADED
   */
  async read(call: Call): Promise<Snapshot> {
    const { signal } = call;
    await this.#requireOpen(answerable(call), signal);
    const reply = await abortable(this.#readShared(), signal);
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
      if (!this.#view) throw this.#notConnected();
      run = await runUpdate(this.#port(deadline, writtenOn, signal), this.#view, changes);
      if (writtenOn.size === 0) signal.throwIfAborted();
    } catch (error) {
      turn.release();
      throw error;
    }
    void this.#settle(run, writtenOn).finally(() => turn.release());
    return run.outcome;
  }

  /** A write that stays unanswered could land in a later update: such a link is ended before the next one's turn. */
  async #settle(run: UpdateRun, writtenOn: ReadonlySet<Link>): Promise<void> {
    const answersAreLate = run.unanswered();
    const late = Promise.withResolvers<void>();
    using _ = this.#options.clock.after(LATE_REPLY_MS, late.resolve);
    await Promise.race([run.writesSettled, late.promise]);
    for (const link of run.unanswered() ? writtenOn : []) link.end({ kind: 'recycled' });
    // A write may have been worked off behind the update's last read, or may be yet.
    const mayLand = run.outcome.failures.some(({ code }) => MAY_LAND.has(code));
    if (answersAreLate || mayLand) this.#readAgain();
    if (mayLand) this.#readLater(LATE_READS_MS);
  }

  /** A device is not told of its own writes, so what lands late is only seen by looking. */
  #readLater([pauseMs, ...others]: readonly number[]): void {
    this.#lateRead?.[Symbol.dispose]();
    if (pauseMs === undefined) return;
    this.#lateRead = this.#options.clock.after(pauseMs, () => {
      this.#readAgain();
      this.#readLater(others);
    });
  }

  #port(deadline: Deadline, writtenOn: Set<Link>, signal: AbortSignal): PrivacyPort {
    return {
      write: async (category, value, timeoutMs) => {
        const link = this.#link;
        // The first write may come only after a read showed that the view was stale: the caller may have ended by then.
        if (!link || (writtenOn.size === 0 && signal.aborted)) return { kind: 'unsent' };
        writtenOn.add(link);
        return writeReply(await this.#ask(link, 'write', writeStanza(category, value), timeoutMs));
      },
      read: (timeoutMs) => this.#readOn(this.#link, timeoutMs),
      whenOpen: (timeoutMs) => this.#whenOpen(timeoutMs),
      announcements: () => this.#announcements,
      remaining: () => deadline.remaining(),
    };
  }

  async #readOn(link: Link | undefined, timeoutMs: number): Promise<ReadReply> {
    if (!link) return { kind: 'unsent' };
    this.#sequence += 1;
    const sequence = this.#sequence;
    const reply = await this.#ask(link, 'read', readStanza(), timeoutMs);
    if (reply.kind !== 'result') return reply;
    const categories = parseReadReply(reply.stanza);
    if (!categories) return { kind: 'odd' };
    const snapshot = { categories, sequence, observedAt: this.#options.clock.now() };
    this.#lastReadAt = this.#options.clock.monotonic();
    this.#adopt(snapshot);
    return { kind: 'snapshot', snapshot };
  }

  async #ask(link: Link, kind: StanzaKind, stanza: Stanza, timeoutMs: number): Promise<Reply> {
    const { clock, telemetry } = this.#options;
    const sentAt = clock.monotonic();
    const reply = await link.request(stanza, timeoutMs);
    if (reply.kind === 'result' || reply.kind === 'refused') telemetry.stanzaAnswered(kind, clock.monotonic() - sentAt);
    else telemetry.stanzaUnanswered(kind, reply.kind);
    return reply;
  }

  /** A late reply of an older read never overwrites a newer one. */
  #adopt(snapshot: Snapshot): void {
    const before = this.#view;
    if (before && before.sequence > snapshot.sequence) return;
    this.#view = snapshot;
    const isNews = !this.#published || !sameSettings(this.#published, snapshot);
    if (isNews) this.#published = snapshot;
    // Also where an account that was linked anew shows what was shown before: to who came meanwhile it is news.
    if (isNews || !before) this.#options.onChange();
  }

  /** At most one shared read is on its way; those who come meanwhile share the next one. */
  #readShared(): Promise<ReadReply> {
    if (!this.#sharedRead) {
      const read = this.#readOn(this.#link, REQUEST_TIMEOUT_MS).finally(() => (this.#sharedRead = undefined));
      this.#sharedRead = read;
      return read;
    }
    this.#nextSharedRead ??= this.#sharedRead.then(() => {
      this.#nextSharedRead = undefined;
      return this.#readShared();
    });
    return this.#nextSharedRead;
  }

  #readAgain(): void {
    this.#stale = true;
    void this.#refresh();
  }

  /** Reads again until nothing was announced during the read. */
  async #refresh(): Promise<void> {
    if (this.#refreshing) return;
    this.#refreshing = true;
    try {
      while (this.#stale && this.#link) {
        this.#stale = false;
        await this.#readUntilAnswered(REFRESH_TRIES);
      }
    } finally {
      this.#refreshing = false;
    }
  }

  /** An idle link may be deaf without anybody noticing: it has to answer a read every now and then. */
  #watchLiveness(link: Link, afterMs = PROBE_AFTER_MS): void {
    const { clock } = this.#options;
    this.#probe?.[Symbol.dispose]();
    this.#probe = clock.after(afterMs, () => {
      if (link !== this.#link) return;
      const idleMs = clock.monotonic() - this.#lastReadAt;
      if (idleMs < PROBE_AFTER_MS) return this.#watchLiveness(link, PROBE_AFTER_MS - idleMs);
      void this.#readUntilAnswered(PROBE_TRIES).then(() => link === this.#link && this.#watchLiveness(link));
    });
  }

  /** A refresh that WhatsApp refuses or leaves open is tried again: the announcement comes only once. */
  async #readUntilAnswered(most: number): Promise<void> {
    const link = this.#link;
    for (let tries = 1; tries <= most; tries += 1) {
      const reply = await this.#readShared();
      if (reply.kind === 'snapshot') return;
      await this.#options.clock.sleep(REFRESH_PAUSE_MS);
      // The link that follows begins with a read.
      if (link !== this.#link) return;
    }
    link?.end({ kind: 'silent' });
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
    const opened = Promise.withResolvers<boolean>();
    this.#openWaiters.add(opened.resolve);
    using _ = this.#options.clock.after(timeoutMs, () => opened.resolve(false));
    try {
      return await opened.promise;
    } finally {
      this.#openWaiters.delete(opened.resolve);
    }
  }

  #notConnected(): InstanceNotConnectedError {
    return new InstanceNotConnectedError(this.#options.standing());
  }

  #tellOpenWaiters(open: boolean): void {
    for (const tell of this.#openWaiters) tell(open);
  }
}

const answerable = ({ deadline }: Call): Deadline => ({
  remaining: () => Math.max(0, deadline.remaining() - ANSWER_MS),
});

function writeReply(reply: Reply): WriteReply {
  return reply.kind === 'result' ? { kind: 'acknowledged' } : reply;
}

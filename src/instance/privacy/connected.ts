import { abortable, type Call } from '../../call.ts';
import type { Clock } from '../../clock.ts';
import { InstanceNotConnectedError, PrivetError, type Standing } from '../../errors.ts';
import type { PrivacyPort } from '../../privacy/port.ts';
import { isWrite } from '../../privacy/stanzas.ts';
import { LAST_SEND_MS, requestTimeout } from '../../privacy/time.ts';
import type { SessionEvents } from '../../telemetry/events.ts';
import type { Link } from '../../wire/link.ts';
import type { Reply } from '../../wire/reply.ts';
import type { Stanza } from '../../wire/stanza.ts';
import type { Owner } from '../life.ts';
import { OpenWaiters } from './open-waiters.ts';

/** How long a call waits for an instance that is on its way to being connected. */
const OPEN_WAIT_MS = 8_000;

export interface ConnectedOptions {
  readonly clock: Clock;
  readonly telemetry: Pick<SessionEvents, 'stanzaAnswered' | 'stanzaUnanswered'>;
  /** Whether the session may be OPEN within so many milliseconds, so that waiting for it makes sense. */
  readonly mayOpenWithin: (ms: number) => boolean;
  /** The lease of a node of several: while it does not hold, nothing is asked. */
  readonly lease?: Pick<Owner, 'held' | 'whenHeld'> | undefined;
  /** Where the session stands, for those who are told that it is not OPEN. */
  readonly standing: () => Standing;
}

/** The link that calls go over while the session is OPEN, and the calls that wait for one. */
export class Connected {
  #link: Link | undefined;
  #usesLid = false;
  #openings = 0;
  /** Weakly: an ended link holds a whole socket and its keys. */
  readonly #ended = new WeakSet<Link>();
  readonly #waiters: OpenWaiters;
  readonly #options: ConnectedOptions;

  constructor(options: ConnectedOptions) {
    this.#options = options;
    this.#waiters = new OpenWaiters(options.clock);
  }

  get link(): Link | undefined {
    return this.#link;
  }

  /** Whether a call waits for a link. */
  get isWaitedFor(): boolean {
    return !this.#waiters.isEmpty;
  }

  /** Whether the account has a LID of its own, as its last link knew. */
  get usesLid(): boolean {
    return this.#usesLid;
  }

  /** How many links calls have gone over, the present one included. */
  get openings(): number {
    return this.#openings;
  }

  /** The link brought its first read: calls go over it from now on. */
  opened(link: Link): void {
    this.#link = link;
    this.#openings += 1;
    this.#usesLid = link.lid !== undefined;
    this.#waiters.tell(true);
  }

  /** The link takes no request any more. */
  closed(link: Link): void {
    this.#ended.add(link);
    this.#link = undefined;
  }

  hasEnded(link: Link): boolean {
    return this.#ended.has(link);
  }

  /** No link is on its way: nobody need wait any longer. */
  notConnecting(): void {
    this.#waiters.tell(false);
  }

  /** A port over this link, which need not be the one that calls go over. */
  over(link: Link | undefined): PrivacyPort {
    return { ask: (stanza, timeoutMs) => this.#ask(link, stanza, timeoutMs) };
  }

  /**
   * Resolves once there is a link, with enough time left to ask something.
   * @throws InstanceNotConnectedError; PrivetError TIMEOUT; the signal's reason
   */
  async require({ deadline, signal }: Call): Promise<void> {
    signal.throwIfAborted();
    const { lease } = this.#options;
    const waitMs = (): number => Math.min(OPEN_WAIT_MS, Math.max(0, deadline.remaining() - LAST_SEND_MS));
    if (lease?.held === false) await abortable(lease.whenHeld?.(waitMs()) ?? Promise.resolve(false), signal);
    if (!this.#link) await abortable(this.whenOpen(waitMs()), signal);
    if (!this.#link || lease?.held === false) throw this.notConnected();
    if (requestTimeout(deadline.remaining()) === undefined) {
      throw new PrivetError('TIMEOUT', 'Too little time was left; nothing was sent to WhatsApp');
    }
  }

  /** True once there is a link; false when there can't be one within `timeoutMs`. */
  async whenOpen(timeoutMs: number): Promise<boolean> {
    if (this.#link) return true;
    if (!this.#options.mayOpenWithin(timeoutMs)) return false;
    return this.#waiters.wait(timeoutMs);
  }

  notConnected(): InstanceNotConnectedError {
    return new InstanceNotConnectedError(this.#options.standing());
  }

  async #ask(link: Link | undefined, stanza: Stanza, timeoutMs: number): Promise<Reply> {
    if (!link) return { kind: 'unsent' };
    const { clock, telemetry } = this.#options;
    const kind = isWrite(stanza) ? 'write' : 'read';
    const sentAt = clock.monotonic();
    const reply = await link.request(stanza, timeoutMs);
    if (reply.kind === 'result' || reply.kind === 'refused') telemetry.stanzaAnswered(kind, clock.monotonic() - sentAt);
    else telemetry.stanzaUnanswered(kind, reply.kind);
    return reply;
  }
}

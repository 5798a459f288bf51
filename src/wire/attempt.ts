import { hash } from 'node:crypto';
import { WriteBarrier } from './barrier.ts';
import { KeepAlive, PING, PING_TIMEOUT_MS } from './keep-alive.ts';
import type { CloseEvidence, Link, LinkOptions, LinkPhase } from './link.ts';
import type { Reply } from './reply.ts';
import type { Stanza } from './stanza.ts';
import { Requests } from './requests.ts';
import type { Wire } from './wire.ts';

const HELLO_TIMEOUT_MS = 10_000;
/** An attempt that is not open after so long is ended: no instance stays CONNECTING for more than 30 s. */
const ATTEMPT_TIMEOUT_MS = 28_000;
/** How long a socket that was told to end may take until its close is seen. */
const CLOSE_TIMEOUT_MS = 2_000;
/** How long to wait for the reason of a wire that closed by itself. The reason comes right after the close. */
const REASON_GRACE_MS = 200;
/** How long to go on reading frames that arrived before a closing handshake. */
// guard: what came ahead of a closing handshake is read, else 0
const CLOSING_GRACE_MS = 50;
/** How long a last stanza may take to leave. */
const LAST_WORD_TIMEOUT_MS = 1_000;
/** How long WhatsApp may take to confirm that a pairing code can be typed. */
const PAIRING_CODE_TIMEOUT_MS = 10_000;
/** WhatsApp ends the stream of a device that has paired. After so long the service ends it. */
const RESTART_TIMEOUT_MS = 5_000;
/** WhatsApp's first QR lasts for 60 s and each further one for 20 s. */
const FIRST_QR_MS = 60_000;
const NEXT_QR_MS = 20_000;

/**
 * One connection attempt, from the first byte to the close of its socket: its phase, its pending requests, the frames that
 * may leave, and why it ended. The protocol is the wire's.
 */
export class Attempt implements Link {
  /** Resolves once it is known why it ends; its socket may still be open. */
  readonly over: Promise<CloseEvidence>;
  readonly ended: Promise<CloseEvidence>;
  #phase: LinkPhase = 'hello';
  #evidence: CloseEvidence | undefined;
  /** Takes no request any more. */
  #isRetired = false;
  /** The wire is closing by itself; its reason follows. */
  #endsByItself = false;
  /** A stanza came: the handshake is done, and the server has proven who it is. */
  #isProven = false;
  #qrsShown = 0;
  #qrExpiresAt = 0;
  /** Digest of the credentials that are stored, or being stored: the text itself takes some kilobytes. */
  #stored: string | undefined;
  #commit = Promise.resolve();
  readonly #options: Omit<LinkOptions, 'credentials' | 'keys'>;
  readonly #wire: Wire;
  readonly #requests: Requests;
  readonly #barrier = new WriteBarrier((error) => this.end({ kind: 'storage_failed', error }));
  #timers: Disposable[] = [];
  readonly #keepAlive: KeepAlive;
  readonly #over = Promise.withResolvers<CloseEvidence>();
  /** The socket is closed. */
  readonly #gone = Promise.withResolvers<void>();

  /** @param connect opens the wire, which may call this attempt from then on, but not before it is returned. */
  constructor(options: LinkOptions, connect: (attempt: Attempt) => Wire) {
    const { clock, saveCredentials, events, credentials, mayLogIn } = options;
    this.#options = { clock, saveCredentials, events, mayLogIn };
    this.#stored = credentials === undefined ? undefined : hash('sha256', credentials);
    this.over = this.#over.promise;
    this.ended = this.#gone.promise.then(() => this.over);
    this.#requests = new Requests(options.clock, (stanza) => this.#wire.send(stanza));
    this.#keepAlive = new KeepAlive(
      options.clock,
      () => void this.request(PING, PING_TIMEOUT_MS),
      () => this.end({ kind: 'silent' }),
    );
    this.#wire = connect(this);
    // guard: silence is given up
    this.#after(HELLO_TIMEOUT_MS, () => this.#giveUp('hello'));
    // guard: an attempt that is not open in time is given up
    this.#after(ATTEMPT_TIMEOUT_MS, () => this.#giveUp('hello', 'login', 'first_read'));
  }

  /** Resolves once its socket is closed, or did not close in time. */
  get gone(): Promise<void> {
    return this.#gone.promise;
  }

  get jid(): string | undefined {
    return this.#wire.jid();
  }

  get lid(): string | undefined {
    return this.#wire.lid();
  }

  get phase(): LinkPhase {
    return this.#phase;
  }

  /** Why it ends, once that is known. */
  get evidence(): CloseEvidence | undefined {
    return this.#evidence;
  }

  reached(phase: LinkPhase): void {
    if (this.#evidence) return;
    this.#phase = phase;
    // They were for links that do not get so far.
    if (phase === 'open' && !this.#isRetired) this.#stopTimers();
  }

  request(stanza: Stanza, timeoutMs: number): Promise<Reply> {
    if (!this.#wire.isOpen()) this.#retire();
    if (this.#isRetired) return Promise.resolve({ kind: 'unsent' });
    const id = this.#wire.nextId();
    return this.#requests.send(id, { ...stanza, attrs: { ...stanza.attrs, id } }, timeoutMs);
  }

  async requestPairingCode(phoneNumber: string): Promise<string> {
    const { id, send } = this.#wire.codeRequest(phoneNumber);
    const reply = await this.#requests.expect(id, send, PAIRING_CODE_TIMEOUT_MS);
    // guard: only a confirmed pairing code is shown
    if (reply.kind !== 'result') {
      // Where the wire ended by itself, its reason follows.
      // guard: a pairing without its code is over
      if (!this.#endsByItself) this.end({ kind: 'pairing_refused', reply });
      await this.ended;
      throw new Error('WhatsApp did not confirm the pairing code');
    }
    const code = this.#wire.pairingCode();
    if (code === undefined) throw new TypeError('There is no pairing code, though WhatsApp confirmed one');
    return code;
  }

  end(evidence: CloseEvidence): void {
    if (this.#isOverBy(evidence)) this.#leave();
  }

  /** Sends a last stanza, then ends; ends also where the stanza can't be sent. */
  async endTelling(lastWord: Stanza, evidence: CloseEvidence): Promise<void> {
    if (!this.#isOverBy(evidence)) return;
    const late = Promise.withResolvers<void>();
    using _ = this.#options.clock.after(LAST_WORD_TIMEOUT_MS, late.resolve);
    const told = this.#wire.send(lastWord).catch(() => undefined);
    await Promise.race([told, this.#gone.promise, late.promise]);
    this.#leave();
  }

  /** Sends a frame once all that it depends on is stored; never where storing failed. */
  pass(send: () => void): void {
    const { mayLogIn } = this.#options;
    if (!mayLogIn || (this.#phase !== 'hello' && this.#phase !== 'login')) return this.#barrier.pass(send);
    this.#barrier.pass(() => {
      // guard: a login does not leave a node that went mute meanwhile, else true
      const mayLeave = mayLogIn();
      if (mayLeave) send();
      else this.end({ kind: 'closed', phase: this.#phase });
    });
  }

  /** Something came from the server. */
  heard(): void {
    this.#keepAlive.heard();
    if (this.#phase === 'hello') this.reached('login');
  }

  stanzaCame(stanza: Stanza): void {
    if (!this.#isProven && !this.#evidence) this.#keepAlive.start();
    this.#isProven = true;
    this.#requests.deliver(stanza);
  }

  qrCame(qr: string): void {
    // Baileys goes on making QRs after the device has paired.
    if (this.#evidence || this.#phase === 'paired') return;
    this.reached('pairing');
    // guard: a QR lives as long as is said, else FIRST_QR_MS
    const lifetimeMs = this.#qrsShown === 0 ? FIRST_QR_MS : NEXT_QR_MS;
    this.#qrsShown += 1;
    this.#qrExpiresAt = this.#options.clock.now() + lifetimeMs;
    this.#options.events.onQr(qr, this.#qrExpiresAt);
  }

  /** The QR that is shown has another text; it expires when it would have. */
  qrRedrawn(qr: string): void {
    if (!this.#evidence && this.#phase !== 'paired') this.#options.events.onQr(qr, this.#qrExpiresAt);
  }

  loggedIn(): void {
    if (!this.#evidence) this.#options.events.onLogin(this.#wire.identity());
  }

  announced(): void {
    if (!this.#evidence) this.#options.events.onAnnouncement();
  }

  /**
   * The credentials of a paired device may have changed: no frame leaves from now on before they are stored. Those that
   * are stored already, as they are at nearly every login, are not stored again: a login needs no room on the disk.
   */
  credentialsChanged(credentials: string, { justPaired }: { justPaired: boolean }): void {
    if (this.#evidence) return;
    const digest = hash('sha256', credentials);
    if (digest !== this.#stored) {
      this.#stored = digest;
      this.#commit = this.#options.saveCredentials(credentials);
      this.#barrier.hold(this.#commit);
    }
    if (!justPaired) return;
    this.reached('paired');
    const paired = (): void => {
      if (this.#evidence) return;
      this.#options.events.onPaired(this.#wire.identity());
      // The signature leaves right behind the commit.
      // guard: a paired device does not wait for its restart for long
      this.#after(RESTART_TIMEOUT_MS, () => this.#giveUp('paired'));
    };
    // A commit that failed has closed the barrier, which ends this link.
    this.#commit.then(paired, () => undefined);
  }

  storageFailed(error: unknown): void {
    this.end({ kind: 'storage_failed', error });
  }

  /** The wire closes by itself; `endedByItself` follows unless something else gives the reason. */
  endsByItself(): void {
    this.#endsByItself = true;
    this.#leave();
  }

  /** The wire closed by itself and no stanza gave the reason. Its status codes are ambiguous; the phase is not. */
  endedByItself(): void {
    if (!this.#isProven) return this.end({ kind: 'handshake_failed' });
    this.end(this.#phase === 'pairing' ? { kind: 'pairing_expired' } : { kind: 'silent' });
  }

  /** WhatsApp began a closing handshake. Its end of the socket may stay open for long. */
  closing(): void {
    if (this.#evidence) return;
    // guard: a link that is being closed takes no request
    this.#retire();
    // guard: a link that the other side closes is not waited for
    this.#after(CLOSING_GRACE_MS, () => this.end({ kind: 'closed', phase: this.#phase }));
  }

  /** The socket is closed. */
  closed(): void {
    this.#requests.end();
    this.#gone.resolve();
    if (this.#evidence) return;
    const evidence: CloseEvidence = { kind: 'closed', phase: this.#phase };
    if (!this.#endsByItself) return this.end(evidence);
    this.#after(REASON_GRACE_MS, () => this.end(evidence));
  }

  /** Notes why it ends; false where a reason was noted before. */
  #isOverBy(evidence: CloseEvidence): boolean {
    if (this.#evidence) return false;
    this.#evidence = evidence;
    this.#over.resolve(evidence);
    this.#keepAlive[Symbol.dispose]();
    this.#stopTimers();
    return true;
  }

  /** Pending requests end now: the socket may take long to close. */
  #leave(): void {
    this.#requests.end();
    this.#retire();
    this.#wire.terminate();
    if (this.#wire.isClosed()) return this.#gone.resolve();
    const timer = this.#options.clock.after(CLOSE_TIMEOUT_MS, () => this.#gone.resolve());
    void this.#gone.promise.then(() => timer[Symbol.dispose]());
  }

  /** From now on it takes no request, and calls wait for the next link. */
  #retire(): void {
    if (this.#isRetired) return;
    this.#isRetired = true;
    // guard: an ended link is not open to calls, else void this.ended.then(() => this.#options.events.onOver())
    this.#options.events.onOver();
  }

  #giveUp(...phases: LinkPhase[]): void {
    if (phases.includes(this.#phase)) this.end({ kind: 'watchdog', phase: this.#phase });
  }

  #after(ms: number, callback: () => void): void {
    if (!this.#evidence) this.#timers.push(this.#options.clock.after(ms, callback));
  }

  #stopTimers(): void {
    for (const timer of this.#timers) timer[Symbol.dispose]();
    this.#timers = [];
  }
}

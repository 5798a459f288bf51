import { hash } from 'node:crypto';
import { WriteBarrier } from './barrier.ts';
import { KeepAlive, PING, PING_TIMEOUT_MS } from './keep-alive.ts';
import type { CloseEvidence, Link, LinkOptions, LinkPhase } from './link.ts';
import type { Reply } from './reply.ts';
import type { Stanza } from './stanza.ts';
import { Requests } from './requests.ts';
import type { Wire } from './wire.ts';

const HELLO_TIMEOUT_MS = 10_000;
/** An attempt that is not open by then is given up: CONNECTING is left within 30 s. */
const ATTEMPT_TIMEOUT_MS = 28_000;
/** How long a socket that was told to end may take until its close is seen. */
const CLOSE_TIMEOUT_MS = 2_000;
/** A wire that ends by itself tells why right after the close; it is not waited for longer than this. */
const REASON_GRACE_MS = 200;
/** How long frames that came ahead of a closing handshake may take to be read. */
// guard: what came ahead of a closing handshake is read, else 0
const CLOSING_GRACE_MS = 50;
/** How long a last word may take to leave. */
const LAST_WORD_TIMEOUT_MS = 1_000;
/** How long WhatsApp may take to confirm that a pairing code can be typed. */
const PAIRING_CODE_TIMEOUT_MS = 10_000;
/** WhatsApp ends the stream once it has the signature of a device that was paired. One that it leaves is ended here. */
const RESTART_TIMEOUT_MS = 5_000;
/** WhatsApp's first QR lasts for 60 s and each further one for 20 s. */
const FIRST_QR_MS = 60_000;
const NEXT_QR_MS = 20_000;

/**
 * One connection attempt, from the first byte to the close of its socket: how far it has come, what waits for an answer,
 * what may leave, and what it ended by. All but the protocol, which is the wire's.
 */
export class Attempt implements Link {
  /** Resolves once it is known why it ends; its socket may still be open. */
  readonly over: Promise<CloseEvidence>;
  readonly ended: Promise<CloseEvidence>;
  #phase: LinkPhase = 'hello';
  #evidence: CloseEvidence | undefined;
  /** Takes no request any more. */
  #isRetired = false;
  /** The wire has begun to end by itself; its reason follows. */
  #endsByItself = false;
  /** A stanza came: the handshake is done, and the server has proven who it is. */
  #isProven = false;
  #qrsShown = 0;
  #qrExpiresAt = 0;
  /** Of the credentials as they are stored, or will be once the commit is through: the text itself takes some kilobytes. */
  #stored: string | undefined;
  #commit = Promise.resolve();
  readonly #options: Omit<LinkOptions, 'credentials' | 'keys'>;
  readonly #wire: Wire;
  readonly #requests: Requests;
  readonly #barrier = new WriteBarrier((error) => this.end({ kind: 'storage_failed', error }));
  readonly #timers = new DisposableStack();
  readonly #keepAlive: KeepAlive;
  readonly #over = Promise.withResolvers<CloseEvidence>();
  /** The socket is closed. */
  readonly #gone = Promise.withResolvers<void>();

  /** @param connect opens the wire, which may call this attempt from then on, but not before it is returned. */
  constructor(options: LinkOptions, connect: (attempt: Attempt) => Wire) {
    const { clock, saveCredentials, events, credentials } = options;
    this.#options = { clock, saveCredentials, events };
    this.#stored = credentials === undefined ? undefined : hash('sha256', credentials);
    this.over = this.#over.promise;
    this.ended = this.#gone.promise.then(() => this.over);
    this.#requests = new Requests(options.clock, (stanza) => this.#wire.send(stanza));
    this.#keepAlive = new KeepAlive(
      options.clock,
      () => void this.request(PING, PING_TIMEOUT_MS),
      () => this.end({ kind: 'silent' }),
    );
    this.#timers.use(this.#keepAlive);
    this.#wire = connect(this);
    // guard: silence is given up
    this.#after(HELLO_TIMEOUT_MS, () => this.#giveUp('hello'));
    // guard: an attempt that is not open in time is given up
    this.#after(ATTEMPT_TIMEOUT_MS, () => this.#giveUp('hello', 'login', 'first_read'));
  }

  /** Resolves once its socket is closed, or its close is no longer waited for. */
  get gone(): Promise<void> {
    return this.#gone.promise;
  }

  get jid(): string | undefined {
    return this.#wire.jid();
  }

  get phase(): LinkPhase {
    return this.#phase;
  }

  /** Why it ends, once that is known. */
  get evidence(): CloseEvidence | undefined {
    return this.#evidence;
  }

  reached(phase: LinkPhase): void {
    if (!this.#evidence) this.#phase = phase;
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

  /** Ends, once the other side was told this, or can not be. */
  async endTelling(lastWord: Stanza, evidence: CloseEvidence): Promise<void> {
    if (!this.#isOverBy(evidence)) return;
    const late = Promise.withResolvers<void>();
    using _ = this.#options.clock.after(LAST_WORD_TIMEOUT_MS, late.resolve);
    const told = this.#wire.send(lastWord).catch(() => undefined);
    await Promise.race([told, this.#gone.promise, late.promise]);
    this.#leave();
  }

  /** Lets a frame leave once all that it depends on is stored; never, where that failed. */
  pass(send: () => void): void {
    this.#barrier.pass(send);
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
    // Baileys draws them on once the device is paired.
    if (this.#evidence || this.#phase === 'paired') return;
    this.reached('pairing');
    // guard: a QR lives as long as is said, else FIRST_QR_MS
    const lifetimeMs = this.#qrsShown === 0 ? FIRST_QR_MS : NEXT_QR_MS;
    this.#qrsShown += 1;
    this.#qrExpiresAt = this.#options.clock.now() + lifetimeMs;
    this.#options.events.onQr(qr, this.#qrExpiresAt);
  }

  /** The QR on show looks different now, and lives no longer for that. */
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

  /** The wire ends by itself; `endedByItself` follows, where nothing else says why. */
  endsByItself(): void {
    this.#endsByItself = true;
    this.#leave();
  }

  /** The wire ended by itself for a reason that no stanza told: its status codes are ambiguous, the phase is not. */
  endedByItself(): void {
    if (!this.#isProven) return this.end({ kind: 'handshake_failed' });
    this.end(this.#phase === 'pairing' ? { kind: 'pairing_expired' } : { kind: 'silent' });
  }

  /** The other side said that it closes. Its socket may stay open for as long as it likes. */
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

  /** Takes this for why it ends; false where that is known already. */
  #isOverBy(evidence: CloseEvidence): boolean {
    if (this.#evidence) return false;
    this.#evidence = evidence;
    this.#over.resolve(evidence);
    this.#timers.dispose();
    return true;
  }

  /** Whoever waits for an answer is told now: the socket may take its time to close. */
  #leave(): void {
    this.#requests.end();
    this.#retire();
    this.#wire.terminate();
    if (this.#wire.isClosed()) return this.#gone.resolve();
    const timer = this.#options.clock.after(CLOSE_TIMEOUT_MS, () => this.#gone.resolve());
    void this.#gone.promise.then(() => timer[Symbol.dispose]());
  }

  /** From the same moment on it takes no request and nobody finds it open: what is asked next waits for the next one. */
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
    if (!this.#timers.disposed) this.#timers.use(this.#options.clock.after(ms, callback));
  }
}

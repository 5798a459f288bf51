// Before Baileys, which takes hold of what it bounds.
import './bounded-inflate.ts';
import {
  BufferJSON,
  DEFAULT_CONNECTION_CONFIG,
  initAuthCreds,
  jidDecode,
  makeWASocket,
  WA_CERT_DETAILS,
  type AuthenticationCreds,
  type ConnectionState,
} from '@whiskeysockets/baileys';
import { admitStanzas, isWorkFor } from './admission.ts';
import { WriteBarrier } from '../barrier.ts';
import { guardListeners } from '../guard.ts';
import { failureOf, streamErrorOf } from './evidence.ts';
import { guardEvents } from './guard-events.ts';
import { createKeyStore } from './key-store.ts';
import type { CloseEvidence, Link, LinkIdentity, LinkOptions, LinkPhase, OpenLink, Reply, Stanza } from '../link.ts';
import { rawSocketOf } from './raw-socket.ts';
import { childOf, Requests } from '../requests.ts';
import { checkSignatures } from './signatures.ts';
import { LIGHT_SOCKET } from './light-socket.ts';

/** The server's address and root certificate; WhatsApp's own where undefined. */
export interface WhatsAppServer {
  readonly url?: string | undefined;
  readonly root?: { readonly publicKey: Uint8Array; readonly serial: number } | undefined;
}

const HELLO_TIMEOUT_MS = 10_000;
/** An attempt that is not open by then is given up: CONNECTING is left within 30 s. */
const ATTEMPT_TIMEOUT_MS = 28_000;
/** How long a socket that was told to end may take until its close is seen. */
const CLOSE_TIMEOUT_MS = 2_000;
/** Baileys tells why it ended a socket right after the close; it is not waited for longer than this. */
const REASON_GRACE_MS = 200;
/** How long frames that came ahead of a closing handshake may take to be read. */
const CLOSING_GRACE_MS = 50;
/** How long WhatsApp may take to confirm that a pairing code can be typed. */
const PAIRING_CODE_TIMEOUT_MS = 10_000;
/** rc14 shows the first QR for 60 s and each further one for 20 s. */
const FIRST_QR_MS = 60_000;
const NEXT_QR_MS = 20_000;

/** How WhatsApp opens and goes on with its passkey ceremony after the QR or the code (Baileys issue 2672). */
const PASSKEY_NOTIFICATIONS = ['passkey_prologue_request', 'crsc_continuation'] as const;

const isPaired = (creds: AuthenticationCreds): boolean => creds.me !== undefined && creds.account !== undefined;

function identityOf(creds: AuthenticationCreds): LinkIdentity {
  return { phoneNumber: jidDecode(creds.me?.id)?.user ?? '' };
}

/** Baileys counts its stanzas up: `12.345-6`, `12.345-7`. */
const tagAfter = (tag: string): string => tag.replace(/\d+$/, (count) => String(Number(count) + 1));

/** Connections by Baileys to this server. What Baileys knows of roots and signatures it knows once a process. */
export function linkTo(server: WhatsAppServer): OpenLink {
  checkSignatures();
  return (options) => {
    if (server.root) {
      WA_CERT_DETAILS.PUBLIC_KEY = Buffer.from(server.root.publicKey);
      WA_CERT_DETAILS.SERIAL = server.root.serial;
    }
    return new BaileysLink(server, options);
  };
}

class BaileysLink implements Link {
  readonly ended: Promise<CloseEvidence>;
  #phase: LinkPhase = 'hello';
  #evidence: CloseEvidence | undefined;
  /** Baileys has begun to end the socket by itself; its reason follows in `connection.update`. */
  #endsByItself = false;
  #qrsShown = 0;
  /** A stanza came: the handshake is done, and the server has proven who it is. */
  #proven = false;
  readonly #options: LinkOptions;
  readonly #creds: AuthenticationCreds;
  readonly #sock: ReturnType<typeof makeWASocket>;
  readonly #raw: ReturnType<typeof rawSocketOf>;
  readonly #requests: Requests;
  readonly #barrier = new WriteBarrier((error) => this.end({ kind: 'storage_failed', error }));
  readonly #timers = new DisposableStack();
  /** The socket is closed. */
  readonly #gone = Promise.withResolvers<void>();
  /** Why it ended is known. */
  readonly #over = Promise.withResolvers<CloseEvidence>();

  constructor(server: WhatsAppServer, options: LinkOptions) {
    this.#options = options;
    const { credentials } = options;
    this.#creds = credentials === undefined ? initAuthCreds() : parseCredentials(credentials);
    const keys = createKeyStore(
      options.keys,
      () => this.#evidence !== undefined,
      (error) => this.end({ kind: 'storage_failed', error }),
    );
    this.#sock = makeWASocket({
      ...LIGHT_SOCKET,
      waWebSocketUrl: server.url ?? DEFAULT_CONNECTION_CONFIG.waWebSocketUrl,
      shouldIgnoreJid: (jid) => this.#isOther(jid),
      auth: { creds: this.#creds, keys },
    });
    this.#requests = new Requests(options.clock, (stanza) => this.#sock.sendNode(stanza));
    this.#raw = rawSocketOf(this.#sock.ws);
    this.#watchSocket();
    this.#watchStanzas();
    this.#watchEvents();
    this.#timers.use(options.clock.after(HELLO_TIMEOUT_MS, () => this.#giveUp('hello')));
    this.#timers.use(options.clock.after(ATTEMPT_TIMEOUT_MS, () => this.#giveUp('hello', 'login', 'first_read')));
    this.ended = this.#gone.promise.then(() => this.#over.promise);
  }

  get jid(): string | undefined {
    return this.#creds.me?.id;
  }

  get phase(): LinkPhase {
    return this.#phase;
  }

  reached(phase: LinkPhase): void {
    if (!this.#evidence) this.#phase = phase;
  }

  request(stanza: Stanza, timeoutMs: number): Promise<Reply> {
    if (this.#evidence || this.#endsByItself || !this.#sock.ws.isOpen) return Promise.resolve({ kind: 'unsent' });
    const id = this.#sock.generateMessageTag();
    return this.#requests.send(id, { ...stanza, attrs: { ...stanza.attrs, id } }, timeoutMs);
  }

  async requestPairingCode(phoneNumber: string): Promise<string> {
    // rc14 sends the request without looking at the reply, under the tag that comes next. Were it another one, the reply
    // would be missed, and the code not shown.
    const id = tagAfter(this.#sock.generateMessageTag());
    const ask = (): Promise<string> => this.#sock.requestPairingCode(phoneNumber);
    const reply = await this.#requests.expect(id, ask, PAIRING_CODE_TIMEOUT_MS);
    if (reply.kind !== 'result') {
      // Where Baileys ended the socket, its reason follows.
      if (!this.#endsByItself) this.end({ kind: 'pairing_refused', reply });
      await this.ended;
      throw new Error('WhatsApp did not confirm the pairing code');
    }
    const { pairingCode } = this.#creds;
    if (pairingCode === undefined) throw new TypeError('Baileys holds the pairing code elsewhere than expected');
    return pairingCode;
  }

  end(evidence: CloseEvidence): void {
    if (this.#evidence) return;
    this.#evidence = evidence;
    this.#over.resolve(evidence);
    this.#timers.dispose();
    this.#requests.end();
    // Baileys stops its own timers here; the close() that it calls is ours.
    void this.#sock.end(undefined);
    this.#terminate();
  }

  #terminate(): void {
    this.#raw.terminate();
    if (this.#raw.isClosed()) return this.#gone.resolve();
    const timer = this.#options.clock.after(CLOSE_TIMEOUT_MS, () => this.#gone.resolve());
    void this.#gone.promise.then(() => timer[Symbol.dispose]());
  }

  #giveUp(...phases: LinkPhase[]): void {
    if (phases.includes(this.#phase)) this.end({ kind: 'watchdog', phase: this.#phase });
  }

  /** Somebody's address that is not ours. The server's has no user. */
  #isOther(jid: string): boolean {
    const user = jidDecode(jid)?.user;
    const { me } = this.#creds;
    return !!user && user !== jidDecode(me?.id)?.user && user !== jidDecode(me?.lid)?.user;
  }

  #watchSocket(): void {
    admitStanzas(this.#sock.ws, () => isPaired(this.#creds));
    guardListeners(this.#sock.ws, (error) => this.end({ kind: 'crashed', error }));
    this.#raw.delaySends((send) => this.#barrier.pass(send));
    // Baileys awaits a closing handshake, which a dead peer never finishes.
    this.#sock.ws.close = () => {
      this.#endsByItself = true;
      this.#requests.end();
      this.#terminate();
      return this.#gone.promise;
    };
    this.#raw.onClosing(() => {
      const closing = (): void => this.end({ kind: 'closed', phase: this.#phase });
      if (!this.#evidence) this.#timers.use(this.#options.clock.after(CLOSING_GRACE_MS, closing));
    });
    this.#raw.onRefusedUpgrade((status) => this.end({ kind: 'upgrade_refused', status }));
    this.#raw.onClose(() => {
      this.#requests.end();
      this.#gone.resolve();
      if (this.#evidence) return;
      const closed: CloseEvidence = { kind: 'closed', phase: this.#phase };
      if (!this.#endsByItself) this.end(closed);
      else this.#timers.use(this.#options.clock.after(REASON_GRACE_MS, () => this.end(closed)));
    });
  }

  #watchStanzas(): void {
    const { ws } = this.#sock;
    ws.on('frame', (frame: Stanza | Uint8Array) => {
      if (this.#phase === 'hello') this.reached('login');
      if (frame instanceof Uint8Array) return;
      this.#proven = true;
      this.#requests.deliver(frame);
    });
    ws.on('CB:stream:error', (stanza: Stanza) => this.end(streamErrorOf(stanza)));
    ws.on('CB:failure', (stanza: Stanza) => this.end(failureOf(stanza)));
    ws.on('CB:xmlstreamend', () => this.end({ kind: 'stream_end' }));
    for (const type of PASSKEY_NOTIFICATIONS) {
      ws.on(`CB:notification,type:${type}`, () => this.end({ kind: 'passkey_required' }));
    }
    ws.on('CB:notification', (stanza: Stanza) => {
      if (isWorkFor(stanza, isPaired(this.#creds))) return;
      // What is not acknowledged is sent again. A link that cannot send is ended by others.
      this.#sock.sendMessageAck(stanza).catch(() => undefined);
    });
    ws.on('CB:notification,type:account_sync', (stanza: Stanza) => {
      if (!this.#evidence && childOf(stanza, 'privacy')) this.#options.events.onAnnouncement();
    });
    ws.on('CB:ib,,dirty', (stanza: Stanza) => {
      const dirty = childOf(stanza, 'dirty');
      if (!this.#evidence && dirty?.attrs['type'] === 'account_sync') this.#options.events.onAnnouncement();
    });
  }

  #watchEvents(): void {
    const { ev } = this.#sock;
    guardEvents(ev, (error) => this.end({ kind: 'crashed', error }));
    ev.on('creds.update', (update) => {
      if (this.#evidence || !isPaired(this.#creds)) return;
      const commit = this.#options.saveCredentials(JSON.stringify(this.#creds, BufferJSON.replacer));
      this.#barrier.hold(commit);
      if (update.account) {
        const paired = (): void => {
          if (!this.#evidence) this.#options.events.onPaired(identityOf(this.#creds));
        };
        // A commit that failed has closed the barrier, which ends this link.
        commit.then(paired, () => undefined);
      }
    });
    ev.on('connection.update', (update) => this.#onUpdate(update));
  }

  #onUpdate(update: Partial<ConnectionState>): void {
    if (this.#evidence) return;
    if (update.qr !== undefined) {
      this.reached('pairing');
      const lifetime = this.#qrsShown === 0 ? FIRST_QR_MS : NEXT_QR_MS;
      this.#qrsShown += 1;
      this.#options.events.onQr(update.qr, this.#options.clock.now() + lifetime);
    }
    if (update.connection === 'open') this.#options.events.onLogin(identityOf(this.#creds));
    if (update.connection === 'close') this.end(this.#fallbackEvidence());
  }

  /** Baileys ended the socket for a reason that no stanza told: its status codes are ambiguous, the phase is not. */
  #fallbackEvidence(): CloseEvidence {
    if (!this.#proven) return { kind: 'handshake_failed' };
    switch (this.#phase) {
      case 'pairing':
        return { kind: 'pairing_expired' };
      case 'hello':
      case 'login':
      case 'first_read':
      case 'open':
        return { kind: 'silent' };
    }
  }
}

/** Without the routing hint of an earlier link: see admission.ts. */
function parseCredentials(text: string): AuthenticationCreds {
  return { ...(JSON.parse(text, BufferJSON.reviver) as AuthenticationCreds), routingInfo: undefined };
}

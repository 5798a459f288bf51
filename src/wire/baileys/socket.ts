// Before Baileys, which keeps a reference to the function that this replaces.
import './frames/bounded-inflate.ts';
import {
  DEFAULT_CONNECTION_CONFIG,
  initAuthCreds,
  jidDecode,
  WA_CERT_DETAILS,
  type AuthenticationCreds,
} from '@whiskeysockets/baileys';
import { makeMessagesRecvSocket } from '@whiskeysockets/baileys/lib/Socket/messages-recv.js';
import { acknowledgementOf } from './acknowledgement.ts';
import { admitStanzas, isWorkFor } from './admission.ts';
import { Attempt } from '../attempt.ts';
import { credentialsText, parseCredentials } from './credentials.ts';
import { failureOf, streamErrorOf } from './evidence.ts';
import { guardEvents } from './guard-events.ts';
import { LinkKeys } from './key-store.ts';
import type { LinkIdentity, LinkOptions, OpenLink } from '../link.ts';
import { childOf, type Stanza } from '../stanza.ts';
import { flawOf } from './pair-success.ts';
import { isSecretRefresh, PairingSecret } from './pairing-secret.ts';
import { RawSocket } from './frames/raw-socket.ts';
import type { Wire } from '../wire.ts';
import { checkSignatures } from './signatures.ts';
import { useSmallSlabs } from './small-slabs.ts';
import { LIGHT_SOCKET } from './light-socket.ts';

/** The server's address and root certificate; WhatsApp's own where undefined. */
export interface WhatsAppServer {
  readonly url?: string | undefined;
  readonly root?: { readonly publicKey: Uint8Array; readonly serial: number } | undefined;
}

/** WhatsApp's passkey ceremony after the QR or the code (Baileys issue 2672). */
const PASSKEY_NOTIFICATIONS: readonly string[] = ['passkey_prologue_request', 'crsc_continuation'];

/** What an `account_sync` is about where it concerns privacy. What it says of that is not believed but read again. */
const ANNOUNCED = ['privacy', 'disappearing_mode', 'blocklist'] as const;

const isPaired = (creds: AuthenticationCreds): boolean => creds.me !== undefined && creds.account !== undefined;

/** Baileys counts its stanzas up: `12.345-6`, `12.345-7`. */
const tagAfter = (tag: string): string => tag.replace(/\d+$/, (count) => String(Number(count) + 1));

/** Connections by Baileys to this server. Baileys keeps roots and signatures once a process, and Node its slabs. */
export function linkTo(server: WhatsAppServer): OpenLink {
  checkSignatures();
  useSmallSlabs();
  return (given) => {
    const options = {
      ...given,
      credentials: given.credentials && credentialsText(parseCredentials(given.credentials)),
    };
    if (server.root) {
      WA_CERT_DETAILS.PUBLIC_KEY = Buffer.from(server.root.publicKey);
      WA_CERT_DETAILS.SERIAL = server.root.serial;
    }
    return new Attempt(options, (attempt) => new BaileysWire(server, options, attempt));
  };
}

/**
 * What is used of the highest of Baileys' layers that has a part in this; those above are for businesses and communities.
 * Each layer is an object of its own with all the functions below it, which nobody has to hold.
 */
type UsedSocket = Pick<
  ReturnType<typeof makeMessagesRecvSocket>,
  'ws' | 'ev' | 'end' | 'sendNode' | 'generateMessageTag' | 'requestPairingCode'
>;

/** Baileys as a wire: its methods and events, translated for the attempt. */
class BaileysWire implements Wire {
  readonly #attempt: Attempt;
  readonly #creds: AuthenticationCreds;
  readonly #sock: UsedSocket;
  readonly #raw: RawSocket;
  readonly #secret: PairingSecret;

  constructor(server: WhatsAppServer, { credentials, keys: store }: LinkOptions, attempt: Attempt) {
    this.#attempt = attempt;
    this.#creds = credentials === undefined ? initAuthCreds() : parseCredentials(credentials);
    this.#secret = new PairingSecret(this.#creds);
    const { ws, ev, end, sendNode, generateMessageTag, requestPairingCode } = makeMessagesRecvSocket({
      ...DEFAULT_CONNECTION_CONFIG,
      ...LIGHT_SOCKET,
      waWebSocketUrl: server.url ?? DEFAULT_CONNECTION_CONFIG.waWebSocketUrl,
      shouldIgnoreJid: (jid) => this.#isOther(jid),
      auth: { creds: this.#creds, keys: new LinkKeys(store, attempt) },
    });
    this.#sock = { ws, ev, end, sendNode, generateMessageTag, requestPairingCode };
    this.#raw = new RawSocket(ws, () => void end(undefined));
    this.#watchSocket();
    this.#watchStanzas();
    this.#watchEvents();
  }

  isOpen(): boolean {
    return this.#sock.ws.isOpen;
  }

  isClosed(): boolean {
    return this.#raw.isClosed();
  }

  nextId(): string {
    return this.#sock.generateMessageTag();
  }

  send(stanza: Stanza): Promise<unknown> {
    return this.#sock.sendNode(stanza);
  }

  terminate(): void {
    // Baileys stops its own timers here; the close() that it calls is ours.
    if (this.#attempt.evidence) void this.#sock.end(undefined);
    this.#raw.terminate();
  }

  jid(): string | undefined {
    return this.#creds.me?.id;
  }

  lid(): string | undefined {
    return this.#creds.me?.lid;
  }

  identity(): LinkIdentity {
    return { phoneNumber: jidDecode(this.#creds.me?.id)?.user ?? '' };
  }

  codeRequest(phoneNumber: string): ReturnType<Wire['codeRequest']> {
    // rc14 sends the request without looking at the reply, under the tag that comes next. Were it another one, the reply
    // would be missed, and the code not shown.
    const id = tagAfter(this.#sock.generateMessageTag());
    return { id, send: () => this.#sock.requestPairingCode(phoneNumber) };
  }

  pairingCode(): string | undefined {
    return this.#creds.pairingCode;
  }

  /** Somebody's address that is not ours. The server's has no user. */
  #isOther(jid: string): boolean {
    const user = jidDecode(jid)?.user;
    const { me } = this.#creds;
    return !!user && user !== jidDecode(me?.id)?.user && user !== jidDecode(me?.lid)?.user;
  }

  /** Where it may not, the link ends. One that is over stores no login, so it must not sign one either. */
  #mayLink(pairSuccess: Stanza): boolean {
    if (this.#attempt.evidence) return false;
    const flaw = flawOf(pairSuccess, this.#creds);
    if (flaw) void this.#attempt.endTelling(flaw.answer, flaw.evidence);
    return !flaw;
  }

  #watchSocket(): void {
    const attempt = this.#attempt;
    this.#raw.boundFrames((kind) => attempt.end({ kind }));
    admitStanzas(
      this.#sock.ws,
      { isPaired: () => isPaired(this.#creds), mayLink: (pairSuccess) => this.#mayLink(pairSuccess) },
      (error) => attempt.end({ kind: 'crashed', error }),
    );
    this.#raw.delaySends((send) => attempt.pass(send));
    // Baileys awaits a closing handshake, which a dead peer never finishes.
    this.#sock.ws.close = async () => {
      attempt.endsByItself();
      await attempt.gone;
    };
    this.#raw.onClosing(() => attempt.closing());
    this.#raw.onRefusedUpgrade((status) => attempt.end({ kind: 'upgrade_refused', status }));
    this.#raw.onClose(() => attempt.closed());
  }

  #watchStanzas(): void {
    const { ws } = this.#sock;
    const attempt = this.#attempt;
    ws.on('frame', (frame: Stanza | Uint8Array) => {
      attempt.heard();
      if (!(frame instanceof Uint8Array)) attempt.stanzaCame(frame);
    });
    ws.on('CB:stream:error', (stanza: Stanza) => attempt.end(streamErrorOf(stanza)));
    ws.on('CB:failure', (stanza: Stanza) => attempt.end(failureOf(stanza)));
    ws.on('CB:xmlstreamend', () => attempt.end({ kind: 'stream_end' }));
    // One listener for all notifications: each event that is listened to takes room in every link.
    ws.on('CB:notification', (stanza: Stanza) => this.#notified(stanza));
    ws.on('CB:ib,,dirty', (stanza: Stanza) => {
      if (childOf(stanza, 'dirty')?.attrs['type'] === 'account_sync') attempt.announced();
    });
  }

  #notified(stanza: Stanza): void {
    const attempt = this.#attempt;
    const type = stanza.attrs['type'] ?? '';
    if (PASSKEY_NOTIFICATIONS.includes(type)) attempt.end({ kind: 'passkey_required' });
    if (type === 'account_sync' && ANNOUNCED.some((tag) => childOf(stanza, tag))) attempt.announced();
    if (isWorkFor(stanza, isPaired(this.#creds))) return;
    // What is not acknowledged is sent again. A link that cannot send is ended by others.
    this.#sock.sendNode(acknowledgementOf(stanza)).catch(() => undefined);
    if (isPaired(this.#creds) || !isSecretRefresh(stanza)) return;
    const qr = this.#secret.renew();
    if (qr !== undefined) attempt.qrRedrawn(qr);
  }

  #watchEvents(): void {
    const { ev } = this.#sock;
    const attempt = this.#attempt;
    guardEvents(ev, (error) => attempt.end({ kind: 'crashed', error }));
    ev.on('creds.update', ({ account }) => {
      if (!isPaired(this.#creds)) return;
      attempt.credentialsChanged(credentialsText(this.#creds), { justPaired: !!account });
    });
    ev.on('connection.update', ({ qr, connection }) => {
      if (qr !== undefined) attempt.qrCame(this.#secret.draw(qr));
      if (connection === 'open') attempt.loggedIn();
      if (connection === 'close') attempt.endedByItself();
    });
  }
}

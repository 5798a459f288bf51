import { createServer, type IncomingMessage, type Server as HttpServer, STATUS_CODES } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { BinaryNode } from '@whiskeysockets/baileys';
import { WebSocketServer } from 'ws';
import { Accounts, type Device } from './accounts.ts';
import { issueServerIdentity } from './certificate.ts';
import { Faults } from './faults.ts';
import { Link } from './link.ts';
import { Lobby, type LobbyOptions } from './lobby.ts';
import { logIn } from './login.ts';
import type { ClientFinish } from './noise.ts';
import { failure } from './nodes.ts';
import { readCompanionKeys } from './registration.ts';
import { takeStanza } from './session.ts';
import type { IqContext } from './iq.ts';

const PATH = '/ws/chat';
const ORIGIN = 'https://web.whatsapp.com';
const MAX_MESSAGE_BYTES = 1 << 20;
const CLOSING_MS = 2_000;

/** Listens, and leads each link from the handshake to the lobby or to a session. */
export class WhatsAppServer {
  readonly identity = issueServerIdentity();
  readonly accounts = new Accounts();
  readonly faults = new Faults();
  readonly lobby: Lobby;
  rttMs = 0;
  readonly #webSockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: MAX_MESSAGE_BYTES,
  });
  readonly #links = new Set<Link>();
  readonly #sessions = new Map<Link, IqContext>();
  readonly #host: string;
  #port: number;
  #http: HttpServer | undefined;

  constructor(host: string, port: number, lobby: LobbyOptions) {
    this.#host = host;
    this.#port = port;
    this.#webSockets.on('headers', (headers) => {
      if (this.faults.forAny('compress')) headers.push('Sec-WebSocket-Extensions: permessage-deflate');
    });
    this.lobby = new Lobby(this.accounts, this.faults, lobby);
  }

  get url(): string {
    return `ws://${this.#host}:${this.#port}${PATH}`;
  }

  /** How many sockets are open, logged in or not. */
  get sockets(): number {
    return this.#links.size;
  }

  /** Listens; after the first time again on the same port. */
  async listen(): Promise<void> {
    if (this.#http) return;
    const http = createServer((_, response) => response.writeHead(404).end());
    http.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
    await new Promise<void>((resolve, reject) => {
      http.once('error', reject);
      http.listen(this.#port, this.#host, resolve);
    });
    this.#port = (http.address() as AddressInfo).port;
    this.#http = http;
  }

  /** Refuses new connections and drops those it has. Accounts and linked devices stay. */
  async stop(): Promise<void> {
    const http = this.#http;
    if (!http) return;
    this.#http = undefined;
    const closed = new Promise<void>((resolve) => http.close(() => resolve()));
    const links = [...this.#links];
    for (const link of links) link.drop();
    http.closeAllConnections();
    let timer: NodeJS.Timeout | undefined;
    const deadline = new Promise<void>((resolve) => (timer = setTimeout(resolve, CLOSING_MS)));
    await Promise.race([Promise.all([closed, ...links.map((link) => link.closed)]), deadline]);
    clearTimeout(timer);
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // Without a listener an error of a socket that is being refused would end the process.
    socket.on('error', () => undefined);
    if (this.faults.forAny('no-upgrade')) return;
    const status = this.faults.forUpgrade() ?? refusalOf(request);
    if (status !== undefined) {
      socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    this.#webSockets.handleUpgrade(request, socket, head, (ws) => {
      const link = new Link(ws, socket, this.identity, () => this.rttMs, {
        answersHello: () => !this.faults.forAny('no-hello'),
        onHandshake: (each, client) => this.#greet(each, client),
        onNode: (each, stanza) => this.#take(each, stanza),
        onGone: (each) => this.#forget(each),
      });
      this.#links.add(link);
    });
  }

  #greet(link: Link, { noiseKey, payload }: ClientFinish): void {
    if (payload.username === null || payload.username === undefined) {
      const keys = readCompanionKeys(noiseKey, payload);
      if (keys) this.lobby.enter(link, keys);
      else link.finish(failure(400));
      return;
    }
    const context = logIn(this, link, noiseKey, { user: String(payload.username), device: payload.device ?? 0 });
    if (context) this.#sessions.set(link, context);
  }

  #take(link: Link, stanza: BinaryNode): void {
    const context = this.#sessions.get(link);
    if (context) takeStanza(stanza, context, this.faults);
    else this.lobby.take(link, stanza);
  }

  #forget(link: Link): void {
    const device: Device | undefined = this.#sessions.get(link)?.device;
    if (device?.link === link) device.link = undefined;
    this.#sessions.delete(link);
    this.#links.delete(link);
    this.lobby.leave(link);
  }
}

/** The HTTP status to refuse an upgrade with, where it is not one that WhatsApp's own web client would send. */
function refusalOf(request: IncomingMessage): number | undefined {
  if (request.url?.split('?')[0] !== PATH) return 404;
  return request.headers.origin === ORIGIN ? undefined : 403;
}

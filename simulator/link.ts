import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type BinaryNode, decodeBinaryNode, encodeBinaryNode } from '@whiskeysockets/baileys';
import type { WebSocket } from 'ws';
import type { ServerIdentity } from './certificate.ts';
import { DelayLine } from './delay-line.ts';
import { frame, FrameReader } from './frames.ts';
import { type ClientFinish, NoiseServer } from './noise.ts';
import { node, streamError } from './nodes.ts';

/** How the server ends a link without a word: an orderly end of the TCP stream, or a reset. */
export type Cut = 'close' | 'reset';

const HANDSHAKE_MS = 20_000;
/** How long a peer may take to answer our closing before the socket is destroyed. */
const CLOSING_MS = 1_000;

/** A WebSocket close frame with code 1000. */
const CLOSE_FRAME = Buffer.from([0x88, 0x02, 0x03, 0xe8]);

/** Something for a client to choke on. */
export type HostileFrame =
  /** Encrypted as every stanza is; the bytes are what it decodes from, with the flags in front. */
  | { readonly as: 'plain'; readonly data: Uint8Array }
  /** A frame as it stands, which does not decrypt. */
  | { readonly as: 'sealed'; readonly data: Uint8Array }
  /** What a WebSocket message holds, lengths of frames included. */
  | { readonly as: 'bytes'; readonly data: Uint8Array };

export interface LinkHandlers {
  /** Whether the server answers the client's hello. */
  answersHello(): boolean;
  onHandshake(link: Link, client: ClientFinish): void;
  onNode(link: Link, node: BinaryNode): void;
  onGone(link: Link): void;
}

/** One client's connection: WebSocket, latency, noise and codec, down to stanzas. It knows nothing of what they mean. */
export class Link {
  readonly #ws: WebSocket;
  readonly #socket: Duplex;
  readonly #noise: NoiseServer;
  readonly #handlers: LinkHandlers;
  readonly #reader = new FrameReader();
  readonly #inbound: DelayLine;
  readonly #outbound: DelayLine;
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #deadline: NodeJS.Timeout;
  readonly #closed: Promise<void>;
  #work: Promise<void> = Promise.resolve();
  #ended = false;
  #gone = false;
  #greeted = false;
  #ids = 0;

  constructor(ws: WebSocket, socket: Duplex, identity: ServerIdentity, rttMs: () => number, handlers: LinkHandlers) {
    this.#ws = ws;
    this.#socket = socket;
    this.#noise = new NoiseServer(identity);
    this.#handlers = handlers;
    const half = () => rttMs() / 2;
    this.#inbound = new DelayLine(half);
    this.#outbound = new DelayLine(half);
    this.#deadline = setTimeout(() => this.cut('close'), HANDSHAKE_MS);
    this.#closed = new Promise((resolve) => void ws.once('close', () => resolve()));
    ws.on('message', (data: Buffer) => this.#inbound.push(() => this.#receive(data)));
    // An error is always followed by the close event, which is what counts.
    ws.on('error', () => undefined);
    // The end takes the same way as the frames before it: what the client wrote last still arrives.
    ws.on('close', () => {
      const leave = () => void this.#work.then(() => this.#leave());
      if (this.#ended) leave();
      else this.#inbound.push(leave);
    });
  }

  /** No stanza is taken any more, because the server ended the link or the client did. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Settles once the socket is closed. */
  get closed(): Promise<void> {
    return this.#closed;
  }

  nextId(): string {
    return `sim-${++this.#ids}`;
  }

  send(stanza: BinaryNode): void {
    if (this.#ended) return;
    this.#write(this.#noise.encrypt(encodeBinaryNode(stanza)));
  }

  sendHostile({ as, data }: HostileFrame): void {
    if (this.#ended) return;
    if (as === 'plain') this.#write(this.#noise.encrypt(data));
    else if (as === 'sealed') this.#write(Buffer.from(data));
    else this.#writeBytes(Buffer.from(data));
  }

  /** Runs `action` in `ms`, unless the link is gone by then. */
  later(ms: number, action: () => void): void {
    if (this.#gone) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      action();
    }, ms);
    this.#timers.add(timer);
  }

  /** Says a last word, a stream error for example, then closes the WebSocket in order. */
  finish(lastWord: BinaryNode): void {
    if (this.#ended) return;
    this.send(lastWord);
    this.#end(() => {
      this.#ws.close(1000);
      this.#destroyLater();
    });
  }

  /** `xmlstreamend`, the server's way to hang up without a reason. */
  endStream(): void {
    this.finish(node('xmlstreamend'));
  }

  /** Ends the TCP stream without a closing handshake. Frames that were sent before still arrive. */
  cut(how: Cut): void {
    this.#end(() => {
      if (how === 'reset' && 'resetAndDestroy' in this.#socket) (this.#socket as Socket).resetAndDestroy();
      else this.#socket.end(() => this.#socket.destroy());
      this.#destroyLater();
    });
  }

  /** Says that the WebSocket closes, and neither hears the answer nor ends the TCP stream by itself. */
  closeWebSocket(): void {
    this.#end(() => {
      this.#socket.pause();
      this.#socket.write(CLOSE_FRAME);
      this.#destroyLater();
    });
  }

  /** Destroys the socket at once, whatever is still under way. */
  drop(): void {
    this.#ended = true;
    this.#inbound.clear();
    this.#outbound.clear();
    this.#ws.terminate();
  }

  #end(how: () => void): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#deadline);
    this.#inbound.clear();
    this.#outbound.push(how);
  }

  #destroyLater(): void {
    const timer = setTimeout(() => this.#ws.terminate(), CLOSING_MS);
    this.#ws.once('close', () => clearTimeout(timer));
  }

  #write(payload: Buffer): void {
    this.#writeBytes(frame(payload));
  }

  #writeBytes(bytes: Buffer): void {
    this.#outbound.push(() => {
      if (this.#ws.readyState === this.#ws.OPEN) this.#ws.send(bytes);
    });
  }

  #receive(data: Buffer): void {
    if (this.#ended) return;
    // Decoding is asynchronous (a frame may be compressed): the chain keeps the order.
    this.#work = this.#work.then(async () => {
      try {
        for (const each of this.#reader.feed(data)) await this.#takeFrame(each);
      } catch {
        this.#giveUp();
      }
    });
  }

  async #takeFrame(bytes: Buffer): Promise<void> {
    if (this.#ended) return;
    if (this.#noise.established) {
      const stanza = await decodeBinaryNode(this.#noise.decrypt(bytes));
      if (!this.#ended) this.#handlers.onNode(this, stanza);
    } else if (!this.#greeted) {
      this.#greeted = true;
      if (this.#handlers.answersHello()) this.#write(this.#noise.readHello(bytes));
    } else {
      const client = this.#noise.readFinish(bytes);
      clearTimeout(this.#deadline);
      this.#handlers.onHandshake(this, client);
    }
  }

  /** The client sent what cannot be read: say so where there is a cipher to say it in, and hang up. */
  #giveUp(): void {
    if (this.#noise.established) this.finish(streamError(400));
    else this.cut('close');
  }

  #leave(): void {
    if (this.#gone) return;
    this.#ended = true;
    this.#gone = true;
    clearTimeout(this.#deadline);
    for (const timer of this.#timers) clearTimeout(timer);
    this.#inbound.clear();
    this.#outbound.clear();
    this.#handlers.onGone(this);
  }
}

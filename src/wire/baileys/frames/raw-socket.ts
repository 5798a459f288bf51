import type { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { InflateBudget } from './bounded-inflate.ts';
import { FrameCutter, FrameRefused, MAX_MESSAGE_BYTES } from './frame-bounds.ts';

/** The part of a `ws` socket that the guard works on. */
interface WsSocket extends EventEmitter {
  readonly readyState: number;
  send(data: unknown, done?: (error?: Error) => void): void;
  close(code?: number, data?: string | Buffer): void;
  terminate(): void;
}

const CLOSED = 3;
/** What Node reads from a TCP stream at a time. */
const MAX_CHUNK_BYTES = 64 << 10;

type Refused = (why: 'frame_too_large' | 'compression_forced') => void;

/** The socket below Baileys' client: where closes are seen first and frames can be held back. */
export class RawSocket {
  readonly #client: EventEmitter;
  readonly #socket: WsSocket;

  /**
   * @param abandon ends the client, which connects already.
   * @throws TypeError when Baileys' client is not built as it was: then nothing of the guard would hold.
   */
  constructor(client: EventEmitter, abandon: () => void) {
    const socket: unknown = Reflect.get(client, 'socket');
    if (!isWsSocket(socket)) {
      abandon();
      throw new TypeError('Baileys holds its WebSocket elsewhere than expected');
    }
    this.#client = client;
    this.#socket = socket;
  }

  isClosed(): boolean {
    return this.#socket.readyState === CLOSED;
  }

  terminate(): void {
    this.#socket.terminate();
  }

  onClose(listener: () => void): void {
    this.#socket.once('close', listener);
  }

  /** The other side said that it closes, or broke the protocol. Its TCP stream may stay open for as long as it likes. */
  onClosing(listener: () => void): void {
    // `ws` answers a closing handshake with its own close(), and has no event for it.
    const socket = this.#socket;
    const close = socket.close.bind(socket);
    socket.close = (code, data) => {
      listener();
      close(code, data);
    };
  }

  /** An upgrade answered with something other than 101: `ws` then waits forever unless the socket is ended. */
  onRefusedUpgrade(listener: (status: number) => void): void {
    this.#socket.on('unexpected-response', (_request: unknown, response: IncomingMessage) => {
      response.resume();
      listener(response.statusCode ?? 0);
    });
  }

  /**
   * From now on Baileys is given whole frames of a bounded size. `refused` hears of what is not; the socket has to be
   * ended then, and nothing that comes after it is given on.
   */
  boundFrames(refused: Refused): void {
    const client = this.#client;
    const frames = new FrameCutter();
    const budget = new InflateBudget();
    const listeners = client.rawListeners('message');
    /** What came in since the last whole message: a large one would be put together before anybody saw it. */
    let unseen = 0;
    let isRefused = false;
    const refuse: Refused = (why) => {
      if (isRefused) return;
      isRefused = true;
      refused(why);
    };
    this.#socket.once('upgrade', ({ headers, socket: stream }: IncomingMessage) => {
      if (headers['sec-websocket-extensions'] !== undefined) return refuse('compression_forced');
      stream.on('data', (chunk: Buffer) => {
        unseen += chunk.length;
        if (unseen > MAX_MESSAGE_BYTES + MAX_CHUNK_BYTES) refuse('frame_too_large');
      });
    });
    client.removeAllListeners('message');
    client.on('message', (message: Uint8Array): unknown => {
      unseen = 0;
      if (isRefused) return undefined;
      const whole = cut(frames, message);
      if (whole === 'refused') return refuse('frame_too_large');
      // What Baileys makes of them comes later, and whoever guards its listeners has to hear of it.
      return whole && budget.run(() => Promise.all(listeners.map((listener): unknown => listener.call(client, whole))));
    });
  }

  /** From now on each frame goes through `pass`, which calls it when it may leave. */
  delaySends(pass: (send: () => void) => void): void {
    const socket = this.#socket;
    const send = socket.send.bind(socket);
    socket.send = (data, done) => pass(() => send(data, done));
  }
}

function cut(frames: FrameCutter, message: Uint8Array): Buffer | undefined | 'refused' {
  try {
    return frames.feed(message);
  } catch (error) {
    if (error instanceof FrameRefused) return 'refused';
    throw error;
  }
}

function isWsSocket(value: unknown): value is WsSocket {
  if (typeof value !== 'object' || value === null) return false;
  return ['send', 'close', 'terminate', 'on', 'once'].every(
    (method) => typeof Reflect.get(value, method) === 'function',
  );
}

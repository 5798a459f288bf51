import type { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';

/** The part of a `ws` socket that the guard works on. */
interface WsSocket extends EventEmitter {
  readonly readyState: number;
  send(data: unknown, done?: (error?: Error) => void): void;
  close(code?: number, data?: string | Buffer): void;
  terminate(): void;
}

const CLOSED = 3;

/** The socket below Baileys' client: where closes are seen first and frames can be held back. */
export interface RawSocket {
  isClosed(): boolean;
  terminate(): void;
  onClose(listener: () => void): void;
  /** The other side said that it closes, or broke the protocol. Its TCP stream may stay open for as long as it likes. */
  onClosing(listener: () => void): void;
  /** An upgrade answered with something other than 101: `ws` then waits forever unless the socket is ended. */
  onRefusedUpgrade(listener: (status: number) => void): void;
  /** From now on each frame goes through `pass`, which calls it when it may leave. */
  delaySends(pass: (send: () => void) => void): void;
}

/** @throws TypeError when Baileys' client is not built as it was: then nothing of the guard would hold. */
export function rawSocketOf(client: object): RawSocket {
  const socket: unknown = Reflect.get(client, 'socket');
  if (!isWsSocket(socket)) throw new TypeError('Baileys holds its WebSocket elsewhere than expected');
  return {
    isClosed: () => socket.readyState === CLOSED,
    terminate: () => socket.terminate(),
    onClose: (listener) => void socket.once('close', listener),
    onClosing(listener) {
      // `ws` answers a closing handshake with its own close(), and has no event for it.
      const close = socket.close.bind(socket);
      socket.close = (code, data) => {
        listener();
        close(code, data);
      };
    },
    onRefusedUpgrade(listener) {
      socket.on('unexpected-response', (_request: unknown, response: IncomingMessage) => {
        response.resume();
        listener(response.statusCode ?? 0);
      });
    },
    delaySends(pass) {
      const send = socket.send.bind(socket);
      socket.send = (data, done) => pass(() => send(data, done));
    },
  };
}

function isWsSocket(value: unknown): value is WsSocket {
  if (typeof value !== 'object' || value === null) return false;
  return ['send', 'close', 'terminate', 'on', 'once'].every(
    (method) => typeof Reflect.get(value, method) === 'function',
  );
}

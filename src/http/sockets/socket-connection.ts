import { CloseCode } from 'graphql-ws';
import type { RawData, WebSocket } from 'ws';
import type { Clock } from '../../clock.ts';
import { PrivetError, RetryLaterError } from '../../errors.ts';
import type { Log } from '../../graphql/services.ts';

/** How many bytes may wait in memory for a client that does not read. */
const MOST_UNREAD = 1024 * 1024;
/** How often to ping: a client that has not answered by the next ping is gone. Also keeps proxies from closing the connection as idle. */
const PING_MS = 25_000;
/** How long a client may take to close its side, in milliseconds. */
const CLOSE_MS = 2_000;
/** The longest close reason that the protocol allows, in bytes. */
const LONGEST_REASON = 123;
/** Close codes after which clients reconnect by themselves: graphql-ws' client takes others for fatal. */
const TRY_AGAIN_LATER = 1013;
const SERVICE_RESTART = 1012;

/** The transport of one WebSocket: sends, checks that the client is there and reads, and closes. */
export class SocketConnection {
  readonly #socket: WebSocket;
  readonly #clock: Clock;
  readonly #log: Log;
  #timer: Disposable | undefined;
  #isLeaving = false;

  constructor(socket: WebSocket, clock: Clock, log: Log) {
    this.#socket = socket;
    this.#clock = clock;
    this.#log = log;
  }

  get isOpen(): boolean {
    return this.#socket.readyState === this.#socket.OPEN;
  }

  get protocol(): string {
    return this.#socket.protocol;
  }

  /** @param hear gets each message; @param closed is called once, whatever the cause. */
  open(hear: (text: string) => void, closed: (code: number, reason: string) => void): void {
    const socket = this.#socket;
    // ws itself closes the connection after an error, such as a message that is too large.
    socket.on('error', () => {});
    socket.on('ping', () => this.isReading());
    socket.on('message', (data) => hear(textOf(data)));
    socket.once('close', (code, reason) => {
      this.leave();
      this.#timer?.[Symbol.dispose]();
      closed(code, String(reason));
    });
    this.#beat();
  }

  /** Resolves once the message has been sent. Only then is a stream asked for its next value, so outdated ones are skipped. */
  send(text: string): Promise<void> {
    return new Promise((resolve, reject) => {
      if (!this.isOpen) return resolve();
      this.#socket.send(text, (error) => (error ? reject(error) : resolve()));
    });
  }

  /** False: too much waited to be read, and the connection was closed. */
  isReading(): boolean {
    if (this.#socket.bufferedAmount <= MOST_UNREAD) return true;
    this.terminate();
    return false;
  }

  close(code?: number, reason = ''): void {
    const bytes = Buffer.alloc(LONGEST_REASON);
    // `encodeInto` cuts between characters, not within one.
    const { written } = new TextEncoder().encodeInto(reason, bytes);
    this.#socket.close(code, bytes.subarray(0, written));
    this.#after(CLOSE_MS, () => this.terminate());
  }

  /** Closes it after an error, with a code that says whether the client may try again. */
  refuse(error: unknown): void {
    if (error instanceof RetryLaterError) this.close(TRY_AGAIN_LATER, error.message);
    else if (error instanceof PrivetError) this.close(CloseCode.Unauthorized, error.message);
    else {
      this.#log.error({ err: error }, 'Can not see whose a WebSocket is');
      this.close(TRY_AGAIN_LATER, 'Try again later');
    }
  }

  /** Closes without waiting for the client's answer: a client with many connections could keep them by not answering. */
  evict(): void {
    this.close(TRY_AGAIN_LATER, 'Too many connections are being opened: try again later');
    this.terminate();
  }

  /** Stops the pings. */
  leave(): void {
    this.#isLeaving = true;
  }

  /** In the next round: the message that completes the last operation may not be sent yet. */
  restart(): void {
    this.#after(0, () => this.close(SERVICE_RESTART, 'The service restarts'));
  }

  terminate(): void {
    this.#socket.terminate();
  }

  #beat(): void {
    let isThere = true;
    this.#socket.on('pong', () => (isThere = true));
    const ping = (): void => {
      if (this.#isLeaving || !this.isOpen) return;
      if (!isThere) return this.terminate();
      isThere = false;
      this.#socket.ping();
      this.#after(PING_MS, ping);
    };
    this.#after(PING_MS, ping);
  }

  #after(ms: number, then: () => void): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = this.#clock.after(ms, then);
  }
}

/** By default ws hands out each message as one buffer. */
const textOf = (data: RawData): string => (Buffer.isBuffer(data) ? data.toString() : '');

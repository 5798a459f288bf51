import { CloseCode } from 'graphql-ws';
import type { RawData, WebSocket } from 'ws';
import type { Clock } from '../../clock.ts';
import { PrivetError, RetryLaterError } from '../../errors.ts';
import type { Log } from '../../graphql/context.ts';

/** What may wait in memory for a client to read it, in bytes, before the client is heard again. */
const MOST_UNREAD = 1024 * 1024;
/** Who does not answer a ping until the next one is gone; and no proxy takes the connection for idle. */
const PING_MS = 25_000;
/** How long a client may take to close its side, in milliseconds. */
const CLOSE_MS = 2_000;
/** The longest reason that there is room for, in bytes. */
const LONGEST_REASON = 123;
/** What clients come back after, by themselves; see the close codes that graphql-ws' client takes for fatal. */
const TRY_AGAIN_LATER = 1013;
const SERVICE_RESTART = 1012;

/** One WebSocket as a way for messages: whether its client is there and reads, and how it ends. */
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

  /** @param hear gets each message; @param closed is called once, however it ends. */
  open(hear: (text: string) => void, closed: (code: number, reason: string) => void): void {
    const socket = this.#socket;
    // What ws itself refuses, such as a message that is too large, it closes the connection for.
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

  /** Resolves once the message has left: a stream is asked for its next value only then, and skips what is outdated. */
  send(text: string): Promise<void> {
    return new Promise((resolve, reject) => {
      if (!this.isOpen) return resolve();
      this.#socket.send(text, (error) => (error ? reject(error) : resolve()));
    });
  }

  /** False: too much waits for a client that goes on asking, and it was cut off. */
  isReading(): boolean {
    if (this.#socket.bufferedAmount <= MOST_UNREAD) return true;
    this.terminate();
    return false;
  }

  close(code?: number, reason = ''): void {
    const bytes = Buffer.alloc(LONGEST_REASON);
    // In whole characters.
    const { written } = new TextEncoder().encodeInto(reason, bytes);
    this.#socket.close(code, bytes.subarray(0, written));
    this.#after(CLOSE_MS, () => this.terminate());
  }

  /** Ends it for what went wrong, with a code that says whether its client may try again. */
  refuse(error: unknown): void {
    if (error instanceof RetryLaterError) this.close(TRY_AGAIN_LATER, error.message);
    else if (error instanceof PrivetError) this.close(CloseCode.Unauthorized, error.message);
    else {
      this.#log.error({ err: error }, 'Can not see whose a WebSocket is');
      this.close(TRY_AGAIN_LATER, 'Try again later');
    }
  }

  /** At once after the word: whoever holds many must not keep them by leaving it unanswered. */
  giveWay(): void {
    this.close(TRY_AGAIN_LATER, 'Too many connections are being opened: try again later');
    this.terminate();
  }

  /** The client is not asked any more whether it is there. */
  leave(): void {
    this.#isLeaving = true;
  }

  /** Not at once: the word that the last operation is complete may be about to leave. */
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

/** ws hands out each message as one buffer unless it is told otherwise. */
const textOf = (data: RawData): string => (Buffer.isBuffer(data) ? data.toString() : '');

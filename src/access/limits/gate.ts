import type { Clock } from '../../clock.ts';
import { type PrivetError, RetryLaterError, unauthenticated } from '../../errors.ts';
import { Places } from '../../places.ts';
import type { Principal } from '../principal.ts';
import { type Allowance, RateLimiter } from './rate-limit.ts';
import { TokenWatch, type TokenWatchOptions } from '../tokens/token-watch.ts';

/** How many calls of a token run on one instance at a time. */
export const OPERATIONS_AT_ONCE = 10;
/** How many more of them may wait there for their turn. */
const MOST_WAITING = 490;
/** How many calls of a token there are at a time, running or waiting: half of the connections that the server takes. */
export const CALLS_AT_ONCE = 1_000;
/** Over all of its connections: a WebSocket carries them for the price of one. */
export const STREAMS_AT_ONCE = 100;
/** WebSockets: one for each page that shows the token's instances. */
export const SOCKETS_AT_ONCE = 50;
/** How many tokens that do not work an address may send in a minute. */
export const FAILED_TRIES = 10;
/**
 * How many documents of a token may come to nothing, or be new, in a minute: at the least, and for each of its calls.
 * Who writes its calls by hand, and each of them anew, stays below.
 */
export const DOCUMENTS = 300;
const DOCUMENTS_A_CALL = 3;
/** When a stream or a socket may have ended by itself, in milliseconds: nobody knows. */
const RETRY_MS = 10_000;

export interface GateOptions extends TokenWatchOptions {
  readonly clock: Clock;
  /** Calls a minute and token. */
  readonly rateLimit: number;
  /** Whom a token stands for; undefined when it is unknown, expired or revoked. */
  authenticate(token: string): Promise<Principal | undefined>;
}

/**
 * What every caller passes, whichever way it comes: who it is, and whether it may call now. A token that took another
 * one's place counts as that one: its limits go on.
 */
export class Gate {
  readonly #options: GateOptions;
  readonly #calls: RateLimiter;
  readonly #failedTries: RateLimiter;
  readonly #documents: RateLimiter;
  readonly #operations = new Places(
    OPERATIONS_AT_ONCE,
    MOST_WAITING,
    'Too many calls of this token wait for their turn on this instance',
  );
  /** One more is not kept waiting. */
  readonly #underWay = new Places(CALLS_AT_ONCE, 0, `This token has ${CALLS_AT_ONCE} calls under way`);
  readonly #streams = new Places(STREAMS_AT_ONCE);
  readonly #sockets = new Places(SOCKETS_AT_ONCE);
  readonly #watch: TokenWatch;

  constructor(options: GateOptions) {
    const { clock, rateLimit } = options;
    this.#options = options;
    this.#watch = new TokenWatch(options);
    this.#calls = new RateLimiter(rateLimit, clock, `This token has used up its ${rateLimit} calls a minute`);
    const documents = Math.max(DOCUMENTS, DOCUMENTS_A_CALL * rateLimit);
    const tooMany = `Too many operations of this token were refused, or new: ${documents} a minute may be`;
    this.#documents = new RateLimiter(documents, clock, tooMany);
    this.#failedTries = new RateLimiter(FAILED_TRIES, clock, 'Too many tokens that do not work came from this address');
  }

  /**
   * Says who is calling. A token that works passes whatever else came from its address; a request without any guesses
   * nothing, so it does not count as a try.
   * @throws PrivetError UNAUTHENTICATED; RateLimitError when the address has tried too often.
   */
  async identify(token: string | undefined, address: string): Promise<Principal> {
    const principal = token === undefined ? undefined : await this.#options.authenticate(token);
    if (principal) return principal;
    if (token !== undefined) await this.#failedTries.count(address);
    throw unauthenticated();
  }

  /**
   * Counts one call of a token: a root field of a GraphQL operation, or a REST call.
   * @throws RateLimitError
   */
  count({ family }: Principal): Promise<Allowance> {
    return this.#calls.count(family);
  }

  /**
   * Lets a token's document be looked at, unless too many were for nothing.
   * @throws RateLimitError
   */
  admitDocument({ family }: Principal): void {
    this.#documents.admit(family);
  }

  /** Counts a document that was refused, with its variables or for them, or that was not seen before. */
  noteDocument({ family }: Principal): void {
    // Those that were let in side by side may be more than there was room for.
    this.#documents.count(family).catch(() => {});
  }

  /**
   * Watches over a token for something that outlives the moment in which it was asked for. Dispose what it returns when
   * that is over. Until then `end` is called once the token is revoked, has expired or is gone: within 1 s, whichever
   * process did it.
   * @param end gets what to tell the caller.
   */
  hold({ tokenId }: Principal, end: (reason: PrivetError) => void): Disposable {
    return this.#watch.hold(tokenId, () => end(unauthenticated()));
  }

  /** To be awaited by whoever ends tokens in this process: what is held under them has then been told. */
  tokensEnded(): Promise<void> {
    return this.#watch.look();
  }

  /** What is left of a token's calls, without counting one. */
  allowance({ family }: Principal): Allowance {
    return this.#calls.allowance(family);
  }

  /**
   * Waits until the token has fewer than 10 calls running on the instance: an account that does not answer keeps nobody
   * from the others. Dispose what it resolves with when the call is done.
   * @param instance its name, also where the caller named it otherwise: else each way to write it had its own places.
   * Empty where none is meant. A token that reaches one alone need not say.
   * @throws RetryLaterError OVERLOADED when too many wait there, or are under way; the signal's reason when aborted.
   */
  async begin({ family, instanceId }: Principal, instance: string, signal: AbortSignal): Promise<Disposable> {
    using taken = new DisposableStack();
    taken.use(await this.#underWay.take(signal, family));
    taken.use(await this.#operations.take(signal, JSON.stringify([family, instanceId ?? instance])));
    return taken.move();
  }

  /**
   * Takes one of the token's streams. Dispose what it returns when the stream has ended.
   * @throws RetryLaterError RATE_LIMITED when the token has all of them open.
   */
  openStream({ family }: Principal): Disposable {
    return this.#streams.takeFree(family) ?? refuse(`${STREAMS_AT_ONCE} streams`);
  }

  /**
   * Takes one of the token's WebSockets. Dispose what it returns when the socket has closed.
   * @throws RetryLaterError RATE_LIMITED when the token has all of them open.
   */
  openSocket({ family }: Principal): Disposable {
    return this.#sockets.takeFree(family) ?? refuse(`${SOCKETS_AT_ONCE} WebSockets`);
  }
}

const refuse = (all: string): never => {
  throw new RetryLaterError('RATE_LIMITED', `This token has ${all} open: close one first`, RETRY_MS);
};

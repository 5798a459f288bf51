import type { Clock } from '../../clock.ts';
import { type PrivetError, RetryLaterError, unauthenticated } from '../../errors.ts';
import { Places } from '../../places.ts';
import type { Shared } from '../../storage/nodes/shared.ts';
import type { Principal } from '../principal.ts';
import { type Allowance, RateLimiter } from './rate-limit.ts';
import { SharedStreams } from './shared-streams.ts';
import type { EndedTokens } from '../tokens/ended-tokens.ts';
import { TokenWatch, type TokenWatchOptions } from '../tokens/token-watch.ts';

/** How many calls of a token may run on one instance at a time, on one node: it keeps an instance that does not answer from the others. */
export const OPERATIONS_AT_ONCE = 10;
/** How many more may wait for the same instance. */
const MOST_WAITING = 490;
/** How many calls of a token may run or wait at a time on one node, on all instances: half of the server's connections. */
export const CALLS_AT_ONCE = 1_000;
/** How many streams a token may have, over all of its connections and all nodes: one WebSocket can carry many. */
export const STREAMS_AT_ONCE = 100;
/** How many WebSockets a token may have on one node: each open page needs one, and what they carry is counted by itself. */
export const SOCKETS_AT_ONCE = 50;
/** How many invalid tokens an address may send in a minute, to all nodes. */
export const FAILED_TRIES = 10;
/**
 * How many documents of a token may be refused, or be new, in a minute: the larger of a fixed number and a multiple of its
 * calls. Even a client that writes a new document for each call stays below. Each node counts its own, since each has to
 * parse what is new to it.
 */
export const DOCUMENTS = 300;
const DOCUMENTS_A_CALL = 3;
/** When to try again for a stream or a socket, in milliseconds: a guess, since nobody knows when one ends. */
const RETRY_MS = 10_000;

/** A call that may have to wait. Its signal is asked for only then. */
export interface WaitingCall {
  readonly signal: AbortSignal;
  readonly ended?: PrivetError | undefined;
}

export interface GateOptions extends TokenWatchOptions {
  readonly clock: Clock;
  /** Calls a minute and token. */
  readonly rateLimit: number;
  /** Where calls, failed tries and streams are counted for all nodes; undefined where this process is alone. */
  readonly nodes?: (Pick<Shared, 'hits' | 'streams'> & { readonly incarnation: string }) | undefined;
  /** The principal of a token, at once if asked a moment ago; undefined when it is unknown, expired or revoked. */
  authenticate(token: string): Principal | Promise<Principal | undefined> | undefined;
}

/**
 * Every call passes here, over GraphQL or REST: it identifies the caller and applies the limits. A token that replaced
 * another one goes on with the limits of that one.
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
  /** One call more is refused, and does not wait. */
  readonly #underWay = new Places(CALLS_AT_ONCE, 0, `This token has ${CALLS_AT_ONCE} calls under way`);
  readonly #streams = new Places(STREAMS_AT_ONCE);
  readonly #streamsOfAll: SharedStreams | undefined;
  readonly #sockets = new Places(SOCKETS_AT_ONCE);
  readonly #watch: TokenWatch;

  constructor(options: GateOptions) {
    const { clock, rateLimit, nodes } = options;
    const over = (name: string) => nodes && { hits: nodes.hits, name };
    this.#options = options;
    this.#watch = new TokenWatch(options);
    this.#streamsOfAll = nodes && new SharedStreams({ ...nodes, clock, most: STREAMS_AT_ONCE });
    const usedUp = `This token has used up its ${rateLimit} calls a minute`;
    this.#calls = new RateLimiter(rateLimit, clock, usedUp, over('calls'));
    const documents = Math.max(DOCUMENTS, DOCUMENTS_A_CALL * rateLimit);
    const tooMany = `Too many operations of this token were refused, or new: ${documents} a minute may be`;
    this.#documents = new RateLimiter(documents, clock, tooMany);
    const tried = 'Too many tokens that do not work came from this address';
    this.#failedTries = new RateLimiter(FAILED_TRIES, clock, tried, over('tries'));
  }

  /**
   * Identifies the caller. A valid token passes whatever else came from its address. A request without a token guesses
   * nothing, so it does not count as a failed try.
   * @throws PrivetError UNAUTHENTICATED; RateLimitError when the address has tried too often.
   */
  identify(token: string | undefined, address: string): Principal | Promise<Principal> {
    const principal = token === undefined ? undefined : this.#options.authenticate(token);
    return principal && !(principal instanceof Promise) ? principal : this.#passing(principal, token, address);
  }

  async #passing(
    found: Promise<Principal | undefined> | undefined,
    token: string | undefined,
    address: string,
  ): Promise<Principal> {
    const principal = await found;
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
   * Refuses a document when too many of the token's were refused or new.
   * @throws RateLimitError
   */
  admitDocument({ family }: Principal): void {
    this.#documents.admit(family);
  }

  /** Counts a document that was refused, for itself or for its variables, or that is new. */
  noteDocument({ family }: Principal): void {
    // Documents that were admitted at the same time may exceed the limit: that is no error.
    this.#documents.count(family).catch(() => {});
  }

  /**
   * Watches a token while a call or a stream of it goes on. Dispose what it returns when that is over. Until then `end` is
   * called, within 1 s, when the token is revoked, expires or is deleted, whichever process did it.
   * @param end gets the error for the caller.
   */
  hold(principal: Principal, end: (reason: PrivetError) => void): Disposable {
    return this.#watch.hold(principal, () => end(unauthenticated()));
  }

  /** Calls `end` of all that is held under those of the tokens that have ended. To be awaited after ending them. */
  tokensEnded(ended: EndedTokens): Promise<void> {
    return this.#watch.lookAt(ended);
  }

  /** How many calls the token has left, without counting one. */
  allowance({ family }: Principal): Allowance {
    return this.#calls.allowance(family);
  }

  /**
   * Waits until the token has fewer than 10 calls running on the instance: an instance that does not answer must not block
   * the others. Dispose what it resolves with when the call is done.
   * @param instance its name, even when the caller gave its id: otherwise name and id would have places of their own. Empty
   * for none. An instance token may leave it empty.
   * @throws RetryLaterError OVERLOADED when too many wait or run; why the call has ended.
   */
  begin(principal: Principal, instance: string, call: WaitingCall): Disposable | Promise<Disposable> {
    if (call.ended) throw call.ended;
    return this.#beginAtOnce(principal, instance) ?? this.#beginLater(principal, instance, call.signal);
  }

  async #beginLater(principal: Principal, instance: string, signal: AbortSignal): Promise<Disposable> {
    using taken = new DisposableStack();
    taken.use(await this.#underWay.take(signal, principal.family));
    taken.use(await this.#operations.take(signal, placesOf(principal, instance)));
    return taken.move();
  }

  /** Undefined where it would have to wait or is refused. */
  #beginAtOnce(principal: Principal, instance: string): Disposable | undefined {
    const underWay = this.#underWay.takeFree(principal.family);
    const turn = underWay && this.#operations.takeFree(placesOf(principal, instance));
    if (!turn) {
      underWay?.[Symbol.dispose]();
      return undefined;
    }
    return {
      [Symbol.dispose]() {
        turn[Symbol.dispose]();
        underWay[Symbol.dispose]();
      },
    };
  }

  /**
   * Takes one of the token's streams. Dispose what it returns when the stream has ended.
   * @throws RetryLaterError RATE_LIMITED when the token has all of them open; of several nodes, DatabaseAwayError too.
   */
  openStream({ family }: Principal): Disposable | Promise<Disposable> {
    const here = this.#streams.takeFree(family) ?? refuse(ALL_STREAMS);
    return this.#streamsOfAll ? openForAll(this.#streamsOfAll, family, here) : here;
  }

  /**
   * Takes one of the token's WebSockets. Dispose what it returns when the socket has closed.
   * @throws RetryLaterError RATE_LIMITED when the token has all of them open.
   */
  openSocket({ family }: Principal): Disposable {
    return this.#sockets.takeFree(family) ?? refuse(`${SOCKETS_AT_ONCE} WebSockets`);
  }
}

const openForAll = async (streams: SharedStreams, family: string, here: Disposable): Promise<Disposable> => {
  using taken = new DisposableStack();
  taken.use(here);
  taken.use((await streams.open(family)) ?? refuse(ALL_STREAMS));
  return taken.move();
};

/** With the length, so that no two can be one. */
const placesOf = ({ family, instanceId }: Principal, instance: string): string =>
  `${family.length} ${family} ${instanceId ?? instance}`;

const ALL_STREAMS = `${STREAMS_AT_ONCE} streams`;

const refuse = (all: string): never => {
  throw new RetryLaterError('RATE_LIMITED', `This token has ${all} open: close one first`, RETRY_MS);
};

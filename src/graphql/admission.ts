import type { Gate } from '../access/gate.ts';
import type { Principal } from '../access/principal.ts';
import type { Allowance } from '../access/rate-limit.ts';

/** What each root field of an operation passes before anything is done for it. */
export interface Admission {
  /** Undefined when there is nothing to wait for: an event of a stream that was let in when it began. */
  enter(): Promise<void> | undefined;
  /** What is left of the token's calls, with those that were let in here counted. */
  allowance(): Allowance;
}

/** Counts each root field of a query or mutation, then waits for the turn that all of them share. */
export class OperationAdmission implements Admission, Disposable {
  readonly #gate: Gate;
  readonly #principal: Principal;
  readonly #signal: AbortSignal;
  #place: Promise<Disposable> | undefined;

  constructor(gate: Gate, principal: Principal, signal: AbortSignal) {
    this.#gate = gate;
    this.#principal = principal;
    this.#signal = signal;
  }

  /** @throws RateLimitError; RetryLaterError OVERLOADED; the signal's reason */
  async enter(): Promise<void> {
    await this.#gate.count(this.#principal);
    // Only now: an operation that is over its limit altogether takes no place from others.
    this.#place ??= this.#gate.begin(this.#principal, this.#signal);
    await this.#place;
  }

  allowance(): Allowance {
    return this.#gate.allowance(this.#principal);
  }

  [Symbol.dispose](): void {
    // A place that was not had was refused to each of the fields.
    this.#place?.then(
      (place) => place[Symbol.dispose](),
      () => {},
    );
  }
}

/** Counts a subscription once, and takes one of its token's streams. */
export class StreamAdmission implements Admission, Disposable {
  readonly #gate: Gate;
  readonly #principal: Principal;
  #entered = false;
  #isOver = false;
  #stream: Disposable | undefined;

  constructor(gate: Gate, principal: Principal) {
    this.#gate = gate;
    this.#principal = principal;
  }

  /** @throws RateLimitError; RetryLaterError RATE_LIMITED */
  enter(): Promise<void> | undefined {
    if (this.#entered) return undefined;
    this.#entered = true;
    return this.#begin();
  }

  async #begin(): Promise<void> {
    await this.#gate.count(this.#principal);
    this.#stream = this.#gate.openStream(this.#principal);
    if (this.#isOver) this.#stream[Symbol.dispose]();
  }

  allowance(): Allowance {
    return this.#gate.allowance(this.#principal);
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
    this.#stream?.[Symbol.dispose]();
  }
}

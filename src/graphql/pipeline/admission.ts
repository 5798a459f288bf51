import type { Gate, WaitingCall } from '../../access/limits/gate.ts';
import type { Principal } from '../../access/principal.ts';
import type { Allowance } from '../../access/limits/rate-limit.ts';
import { instanceNameOf } from '../builder/target.ts';
import type { GraphQLContext } from '../context.ts';

/** What each root field of an operation passes before anything is done for it. */
export interface Admission {
  /**
   * Resolves once it may begin. What it resolves with is disposed when the field is done.
   * @param instance the one that the field names, as its caller wrote it; empty where it names none.
   * @returns undefined when there is nothing to wait for: an event of a stream that was let in when it began.
   */
  enter(instance: string): Promise<Disposable | undefined> | undefined;
  /** What is left of the token's calls, with those that were let in here counted. */
  allowance(): Allowance;
}

type Caller = Pick<GraphQLContext, 'principal' | 'fleet' | 'reach'>;

/** Counts each root field of a query or mutation, then waits for a place on its instance. */
export class OperationAdmission implements Admission {
  readonly #gate: Gate;
  readonly #caller: Caller;
  readonly #call: WaitingCall;

  constructor(gate: Gate, caller: Caller, call: WaitingCall) {
    this.#gate = gate;
    this.#caller = caller;
    this.#call = call;
  }

  /** @throws RateLimitError; RetryLaterError OVERLOADED; the signal's reason */
  enter(instance: string): Promise<Disposable> {
    // Only then: a field that is over the limit takes no place from others. And none for the whole operation: while its
    // fields wait for places of several instances, they would keep one another from theirs.
    return this.#gate.count(this.#caller.principal).then(() => this.#begin(instance));
  }

  #begin(instance: string): Disposable | Promise<Disposable> {
    const begin = (name: string) => this.#gate.begin(this.#caller.principal, name, this.#call);
    const name = instanceNameOf(instance, this.#caller);
    return typeof name === 'string' ? begin(name) : name.then(begin);
  }

  allowance(): Allowance {
    return this.#gate.allowance(this.#caller.principal);
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
  enter(): Promise<undefined> | undefined {
    if (this.#entered) return undefined;
    this.#entered = true;
    return this.#begin();
  }

  async #begin(): Promise<undefined> {
    await this.#gate.count(this.#principal);
    const stream = this.#gate.openStream(this.#principal);
    this.#stream = stream instanceof Promise ? await stream : stream;
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

import { contextCacheSymbol, initContextCache } from '@pothos/core';
import { LRUCache } from 'lru-cache';
import type { Principal } from '../../access/principal.ts';
import type { RunningCall } from '../../call.ts';
import type { Deadline } from '../../clock.ts';
import type { GraphQLContext } from '../context.ts';
import type { Admission } from './admission.ts';

/** What an operation has in its context by what its request gave it. */
export type GivenContext = Omit<GraphQLContext, 'signal' | 'answer' | 'deadline' | 'admission'>;

/**
 * By what Pothos keeps which scopes a principal has, and the first context that it had: 3 KB each, so of the latest alone.
 * Another one has it made anew.
 */
const caches = new LRUCache<Principal, object>({ max: 200 });

function cacheOf(principal: Principal): object {
  let cache = caches.get(principal);
  if (!cache) caches.set(principal, (cache = initContextCache()[contextCacheSymbol]));
  return cache;
}

/**
 * What GraphQLContext names, and nothing else of the request. Pothos keeps a WeakMap entry for each context whose value
 * knows the context, and V8's minor collections take such a value for alive: all that it leads to would go along into the
 * old generation, up to the socket's buffers and the answer. Measured under load, that was a fifth of all processor time.
 * So there is one such entry for each principal, which never changes, and is read anew with its token twice a second. What
 * else Pothos might keep in it are nodes by their id: not of types that are loaded `withoutCache`, as all of ours are.
 */
export class LeanContext implements GraphQLContext {
  readonly fleet: GraphQLContext['fleet'];
  readonly record: GraphQLContext['record'];
  readonly tokens: GraphQLContext['tokens'];
  readonly principal: Principal;
  readonly idempotencyKey: string | undefined;
  readonly reach: GraphQLContext['reach'];
  readonly admission: Admission;
  readonly deadline: Deadline;
  readonly [contextCacheSymbol]: object;
  readonly #call: RunningCall;

  constructor(given: GivenContext, call: RunningCall, admission: Admission) {
    this.fleet = given.fleet;
    this.record = given.record;
    this.tokens = given.tokens;
    this.principal = given.principal;
    this.idempotencyKey = given.idempotencyKey;
    this.reach = given.reach;
    this.admission = admission;
    this.deadline = call.deadline;
    this[contextCacheSymbol] = cacheOf(given.principal);
    this.#call = call;
  }

  get signal(): AbortSignal {
    return this.#call.signal;
  }

  answer<T>(work: () => T | Promise<T>): T | Promise<T> {
    return this.#call.answer(work);
  }
}

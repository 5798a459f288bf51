import { RequestCache } from '@pothos/plugin-scope-auth';
import type { RunningCall } from '../../call.ts';
import type { GraphQLContext } from '../context.ts';

/** What an operation has in its context by what its request gave it. */
export type GivenContext = Omit<GraphQLContext, 'signal' | 'answer' | 'deadline' | 'admission'>;

/**
 * What GraphQLContext names, and nothing else of the request. Pothos keeps a WeakMap entry for each context whose value
 * knows the context, and V8's minor collections take such a value for alive: all that it leads to would go along into the
 * old generation, up to the socket's buffers and the answer. Measured under load, that was a fifth of all processor time.
 */
export const leanContext = (
  { fleet, record, tokens, principal, idempotencyKey, reach }: GivenContext,
  call: RunningCall,
  { admission }: Pick<GraphQLContext, 'admission'>,
): GraphQLContext => ({
  fleet,
  record,
  tokens,
  principal,
  idempotencyKey,
  reach,
  get signal() {
    return call.signal;
  },
  answer: (work) => call.answer(work),
  deadline: call.deadline,
  admission,
});

/** Takes out what Pothos keeps by a context, once it was executed with. */
export const forget = (context: GraphQLContext): void => RequestCache.clearForContext(context);

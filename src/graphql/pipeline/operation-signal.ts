import type { ExecutionArgs } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Gate } from '../../access/limits/gate.ts';
import { beginCall, CALL_MS, clientGone } from '../../call.ts';
import { type Clock, type Deadline, EqualTimers } from '../../clock.ts';
import type { PrivetError } from '../../errors.ts';
import { OperationAdmission, StreamAdmission } from './admission.ts';
import type { GraphQLContext } from '../context.ts';
import { toGraphQLError } from '../errors.ts';
import type { ClientConnection } from './authentication.ts';
import { forget, type GivenContext, leanContext } from './lean-context.ts';
import type { OpenStreams } from './streams.ts';

/** What is known of an operation before it begins. */
interface Caller extends Pick<GraphQLContext, 'principal' | 'fleet' | 'reach'> {
  readonly request: Request;
  readonly connection: ClientConnection;
}

export interface OperationParts {
  readonly clock: Clock;
  readonly gate: Gate;
  readonly streams: OpenStreams;
}

/**
 * Gives each operation its lean context with its signals, its `deadline` and its `admission`, and ends streams with their signal whatever the
 * service behind them does.
 */
export function useOperationSignal(
  parts: OperationParts,
): Plugin<Caller & Pick<GraphQLContext, 'signal' | 'answer' | 'deadline' | 'admission'>> {
  const { clock, gate, streams } = parts;
  const timers = new EqualTimers(clock, CALL_MS);
  return {
    onExecute({ args, executeFn, setExecuteFn }) {
      const { request, principal, connection, fleet, reach }: Caller = args.contextValue;
      const call = beginCall(clock, connection.whenGone ? undefined : request.signal, timers);
      connection.whenGone?.(() => call.leave());
      // Resolvers get the admission: of the request it holds no more than they may.
      const admission = new OperationAdmission(gate, { principal, fleet, reach }, call);
      const held = gate.hold(principal, (reason) => call.withdraw(reason));
      let context: GraphQLContext | undefined;
      setExecuteFn((lastArgs: ExecutionArgs) => {
        // Yoga knows a context only as some object.
        context = leanContext(lastArgs.contextValue as GivenContext, call, { admission });
        return executeFn({ ...lastArgs, contextValue: context });
      });
      return {
        onExecuteDone() {
          connection.tell?.(admission.allowance());
          held[Symbol.dispose]();
          call[Symbol.dispose]();
          if (context) forget(context);
        },
      };
    },

    onSubscribe({ args, extendContext }) {
      const { request, principal, connection }: Caller = args.contextValue;
      const { signal: disconnected } = request;
      const stream = streams.open();
      const admission = new StreamAdmission(gate, principal);
      const held = gate.hold(principal, (reason) => stream.end(reason));
      const leave = (): void => {
        held[Symbol.dispose]();
        admission[Symbol.dispose]();
      };
      if (stream.signal.aborted) leave();
      else stream.signal.addEventListener('abort', leave, { once: true });
      if (disconnected.aborted) stream.end(clientGone());
      else disconnected.addEventListener('abort', () => stream.end(clientGone()), { once: true });
      const stalled = (): void => {
        stream.end(clientGone());
        connection.cut();
      };
      const brokenOff = (): void => connection.leave();
      extendContext({ signal: stream.signal, answer: (work) => work(), deadline: ENDLESS, admission });
      return {
        onSubscribeResult({ result, setResult }) {
          connection.tell?.(admission.allowance());
          if (Symbol.asyncIterator in result)
            setResult(stream.endingWith(result, { farewell, brokenOff, clock, stalled }));
          else stream.end(clientGone());
        },
        onSubscribeError: () => stream.end(clientGone()),
      };
    },
  };
}

const ENDLESS: Deadline = { remaining: () => Number.POSITIVE_INFINITY };

/** A stream that ends because its token did would otherwise look as if there were nothing more to come. */
const farewell = (reason: PrivetError) =>
  reason.code === 'UNAUTHENTICATED' ? { errors: [toGraphQLError(reason)] } : undefined;

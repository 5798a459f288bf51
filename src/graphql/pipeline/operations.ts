import type { ExecutionArgs } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Gate } from '../../access/limits/gate.ts';
import { beginCall, CALL_MS, clientGone } from '../../call.ts';
import { type Clock, type Deadline, EqualTimers } from '../../clock.ts';
import type { PrivetError } from '../../errors.ts';
import { OperationAdmission, StreamAdmission } from './admission.ts';
import type { GraphQLContext } from '../context.ts';
import type { Cost } from '../builder/cost.ts';
import { operationLimits } from '../documents/operation-limits.ts';
import { toGraphQLError } from '../errors.ts';
import type { ClientConnection } from './authentication.ts';
import { type GivenContext, LeanContext } from './lean-context.ts';
import { noteOperation } from './request-record.ts';
import type { OpenStreams } from './streams.ts';

/** What is known of an operation before it begins. */
interface Caller extends Pick<GraphQLContext, 'principal' | 'fleet' | 'reach' | 'record'> {
  readonly request: Request;
  readonly connection: ClientConnection;
}

export interface OperationParts {
  readonly clock: Clock;
  readonly gate: Gate;
  readonly streams: OpenStreams;
}

type Operations = Plugin<Caller & Pick<GraphQLContext, 'signal' | 'answer' | 'deadline' | 'admission'>>;
type Executing = Parameters<NonNullable<Operations['onExecute']>>[0];
type Subscribing = Parameters<NonNullable<Operations['onSubscribe']>>[0];

/**
 * Notes each operation and judges it as a whole; what is not refused gets its lean context with its signals, its `deadline`
 * and its `admission`: its time begins here. Streams end with their signal whatever the service behind them does. In one
 * hook: what stands for a promise between two takes as long as all that is done here.
 */
export function useOperations(parts: OperationParts): Operations {
  const judge = operationLimits(parts.gate);
  const timers = new EqualTimers(parts.clock, CALL_MS);
  return {
    onExecute(operation) {
      const { args } = operation;
      const caller: Caller = args.contextValue;
      noteOperation(caller.record, args.document, args.operationName);
      const cost = judge(args, caller);
      return cost instanceof Promise
        ? cost.then((known) => execute(operation, parts, timers, known))
        : execute(operation, parts, timers, cost);
    },
    async onSubscribe(operation) {
      const { args } = operation;
      const caller: Caller = args.contextValue;
      noteOperation(caller.record, args.document, args.operationName);
      await judge(args, caller);
      return subscribe(operation, parts);
    },
  };
}

function execute(
  { args, executeFn, setExecuteFn }: Executing,
  { clock, gate }: OperationParts,
  timers: EqualTimers,
  cost: Cost,
): ReturnType<NonNullable<Operations['onExecute']>> {
  const { request, principal, connection, fleet, reach }: Caller = args.contextValue;
  const call = beginCall(clock, connection.whenGone ? undefined : request.signal, timers);
  connection.whenGone?.(call.leave);
  // Resolvers get the admission: of the request it holds no more than they may.
  const admission = new OperationAdmission(gate, { principal, fleet, reach }, call);
  const held = gate.hold(principal, (reason) => call.withdraw(reason));
  setExecuteFn((lastArgs: ExecutionArgs) => {
    // Yoga knows a context only as some object.
    const contextValue = new LeanContext(lastArgs.contextValue as GivenContext, call, admission);
    return executeFn({ ...lastArgs, contextValue });
  });
  return {
    onExecuteDone({ result, setResult }) {
      connection.tell?.(admission.allowance());
      held[Symbol.dispose]();
      call[Symbol.dispose]();
      // Without data nothing was executed: the variables did not fit.
      if (Symbol.asyncIterator in result || result.data === undefined) return;
      setResult({ ...result, extensions: { ...result.extensions, cost } });
    },
  };
}

function subscribe(
  { args, extendContext }: Subscribing,
  { clock, gate, streams }: OperationParts,
): Awaited<ReturnType<NonNullable<Operations['onSubscribe']>>> {
  const { request, principal, connection }: Caller = args.contextValue;
  const stream = streams.open();
  const admission = new StreamAdmission(gate, principal);
  const held = gate.hold(principal, (reason) => stream.end(reason));
  const leave = (): void => {
    held[Symbol.dispose]();
    admission[Symbol.dispose]();
  };
  if (stream.signal.aborted) leave();
  else stream.signal.addEventListener('abort', leave, { once: true });
  const gone = (): void => stream.end(clientGone());
  if (connection.whenGone) connection.whenGone(gone);
  else if (request.signal.aborted) gone();
  else request.signal.addEventListener('abort', gone, { once: true });
  const stalled = (): void => {
    stream.end(clientGone());
    connection.cut();
  };
  const brokenOff = (): void => connection.leave();
  extendContext({ signal: stream.signal, answer: (work) => work(), deadline: ENDLESS, admission });
  return {
    onSubscribeResult({ result, setResult }) {
      connection.tell?.(admission.allowance());
      if (Symbol.asyncIterator in result) setResult(stream.endingWith(result, { farewell, brokenOff, clock, stalled }));
      else stream.end(clientGone());
    },
    onSubscribeError: () => stream.end(clientGone()),
  };
}

const ENDLESS: Deadline = { remaining: () => Number.POSITIVE_INFINITY };

/** A stream that ends because its token did would otherwise look as if there were nothing more to come. */
const farewell = (reason: PrivetError) =>
  reason.code === 'UNAUTHENTICATED' ? { errors: [toGraphQLError(reason)] } : undefined;

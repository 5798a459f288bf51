import type { Plugin } from 'graphql-yoga';
import type { Gate } from '../access/gate.ts';
import type { Clock } from '../clock.ts';
import { PrivetError } from '../errors.ts';
import { OperationAdmission, StreamAdmission } from './admission.ts';
import type { GraphQLContext } from './context.ts';
import { toGraphQLError } from './errors.ts';
import type { StreamTokens } from './stream-tokens.ts';
import type { OpenStreams } from './streams.ts';

/** Every query and mutation ends this long after it began, in milliseconds. */
export const OPERATION_MS = 30_000;

/** The client is gone, so nobody reads this; its code keeps it from being logged as a failure of ours. */
const clientGone = (): PrivetError => new PrivetError('TIMEOUT', 'The client closed the connection');
const timeIsUp = (): PrivetError =>
  new PrivetError('TIMEOUT', `The call did not end within ${OPERATION_MS / 1000} seconds`);

/** What is known of an operation before it begins. */
interface Caller extends Pick<GraphQLContext, 'principal'> {
  readonly request: Request;
  /** Node's response; Yoga hands it on where it has one. */
  readonly res?: { destroy(): void } | undefined;
}

export interface OperationParts {
  readonly clock: Clock;
  readonly gate: Gate;
  readonly streams: OpenStreams;
  readonly streamTokens: StreamTokens;
}

/**
 * Gives each operation its `signal` and its `admission`, and ends streams with their signal whatever the service behind
 * them does.
 */
export function useOperationSignal(
  parts: OperationParts,
): Plugin<Caller & Pick<GraphQLContext, 'signal' | 'admission'>> {
  const { clock, gate, streams, streamTokens } = parts;
  return {
    onExecute({ args, extendContext }) {
      const controller = new AbortController();
      const leave = (): void => controller.abort(clientGone());
      const { request, principal }: Caller = args.contextValue;
      const { signal: disconnected } = request;
      disconnected.addEventListener('abort', leave);
      const timer = clock.after(OPERATION_MS, () => controller.abort(timeIsUp()));
      const admission = new OperationAdmission(gate, principal, controller.signal);
      extendContext({ signal: controller.signal, admission });
      return {
        onExecuteDone() {
          timer[Symbol.dispose]();
          admission[Symbol.dispose]();
          disconnected.removeEventListener('abort', leave);
        },
      };
    },

    onSubscribe({ args, extendContext }) {
      const { request, principal, res }: Caller = args.contextValue;
      const { signal: disconnected } = request;
      const stream = streams.open(principal.tokenId);
      const admission = new StreamAdmission(gate, principal);
      stream.signal.addEventListener('abort', () => admission[Symbol.dispose](), { once: true });
      if (disconnected.aborted) stream.end(clientGone());
      else disconnected.addEventListener('abort', () => stream.end(clientGone()), { once: true });
      const stalled = (): void => {
        stream.end(clientGone());
        res?.destroy();
      };
      extendContext({ signal: stream.signal, admission });
      streamTokens.streamOpened();
      return {
        onSubscribeResult({ result, setResult }) {
          if (Symbol.asyncIterator in result) setResult(stream.endingWith(result, { farewell, clock, stalled }));
          else stream.end(clientGone());
        },
        onSubscribeError: () => stream.end(clientGone()),
      };
    },
  };
}

/** A stream that ends because its token did would otherwise look as if there were nothing more to come. */
const farewell = (reason: PrivetError) =>
  reason.code === 'UNAUTHENTICATED' ? { errors: [toGraphQLError(reason)] } : undefined;

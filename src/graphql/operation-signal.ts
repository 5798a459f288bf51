import type { Plugin } from 'graphql-yoga';
import type { Clock } from '../clock.ts';
import { PrivetError } from '../errors.ts';
import type { GraphQLContext } from './context.ts';
import type { OpenStreams } from './streams.ts';

/** Every query and mutation ends this long after it began, in milliseconds. */
export const OPERATION_MS = 30_000;

/** The client is gone, so nobody reads this; its code keeps it from being logged as a failure of ours. */
const clientGone = (): PrivetError => new PrivetError('TIMEOUT', 'The client closed the connection');
const timeIsUp = (): PrivetError =>
  new PrivetError('TIMEOUT', `The call did not end within ${OPERATION_MS / 1000} seconds`);

/** Gives each operation its `signal`, and ends streams with it whatever the service behind them does. */
export function useOperationSignal(clock: Clock, streams: OpenStreams): Plugin<Pick<GraphQLContext, 'signal'>> {
  return {
    onExecute({ args, extendContext }) {
      const controller = new AbortController();
      const leave = (): void => controller.abort(clientGone());
      const { signal: disconnected }: Request = args.contextValue.request;
      disconnected.addEventListener('abort', leave);
      const timer = clock.after(OPERATION_MS, () => controller.abort(timeIsUp()));
      extendContext({ signal: controller.signal });
      return {
        onExecuteDone() {
          timer[Symbol.dispose]();
          disconnected.removeEventListener('abort', leave);
        },
      };
    },

    onSubscribe({ args, extendContext }) {
      const stream = streams.open();
      const { signal: disconnected }: Request = args.contextValue.request;
      if (disconnected.aborted) stream.end(clientGone());
      else disconnected.addEventListener('abort', () => stream.end(clientGone()), { once: true });
      extendContext({ signal: stream.signal });
      return {
        onSubscribeResult({ result, setResult }) {
          if (Symbol.asyncIterator in result) setResult(stream.endingWith(result));
          else stream.end(clientGone());
        },
        onSubscribeError: () => stream.end(clientGone()),
      };
    },
  };
}

import type { Logger } from '../telemetry/logger.ts';

/** Sends uncaught errors to the log, which takes secrets out, instead of to the console as they are. Ends the process after an exception. */
export const logUncaught = (logger: Logger, exit: (code: number) => void): Disposable => {
  // No call waits for this promise: a mistake in one instance must not end the others.
  const onRejection = (err: unknown) => logger.error({ err }, 'a rejection was handled by nobody');
  // The state is unknown now. What was acknowledged is on disk, so a restart is safe; going on is not.
  const onException = (err: unknown) => {
    logger.fatal({ err }, 'an exception was caught by nobody: the process ends');
    exit(1);
  };
  process.on('unhandledRejection', onRejection);
  process.on('uncaughtException', onException);
  return {
    [Symbol.dispose]() {
      process.off('unhandledRejection', onRejection);
      process.off('uncaughtException', onException);
    },
  };
};

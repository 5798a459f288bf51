import type { Logger } from '../telemetry/logger.ts';

/** For what nobody caught: it goes to the log, where secrets are taken out, instead of to the console as it is. */
export const installLastResort = (logger: Logger, exit: (code: number) => void): Disposable => {
  // Nobody waited for this promise, so nobody's call depends on it: one instance's slip must not end the others.
  const onRejection = (err: unknown) => logger.error({ err }, 'a rejection was handled by nobody');
  // Here the stack was unwound from an unknown place. What was acknowledged is on disk: a restart is safe, going on is not.
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

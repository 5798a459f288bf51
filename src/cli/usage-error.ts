import { ConfigError } from '../config/config-error.ts';
import { OperatorError } from '../errors.ts';
import { EXIT_CODES, ExitError } from './exit-codes.ts';

/** The command line is wrong. The message says what is accepted. */
export class UsageError extends OperatorError {
  override readonly name = 'UsageError';
}

export const exitCodeOf = (error: unknown): number => {
  if (error instanceof ExitError) return error.exitCode;
  return error instanceof UsageError || error instanceof ConfigError ? EXIT_CODES.wronglyUsed : EXIT_CODES.failed;
};

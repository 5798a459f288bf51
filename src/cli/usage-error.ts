import { ConfigError } from '../config/config-error.ts';
import { OperatorError } from '../errors.ts';

/** The command line is wrong. The message says what is accepted. */
export class UsageError extends OperatorError {
  override readonly name = 'UsageError';
}

const FAILED = 1;
/** Differs from `FAILED`, as in most command lines: a supervisor sees that a retry does not help. */
export const WRONGLY_USED = 2;

export const exitCodeOf = (error: unknown): number =>
  error instanceof UsageError || error instanceof ConfigError ? WRONGLY_USED : FAILED;

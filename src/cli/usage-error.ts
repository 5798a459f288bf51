import { ConfigError } from '../config/config-error.ts';
import { OperatorError } from '../errors.ts';

/** The command line says what can not be; the message says what can. */
export class UsageError extends OperatorError {
  override readonly name = 'UsageError';
}

const FAILED = 1;
/** Set apart, as by most command lines, so that a supervisor can tell what trying again does not mend. */
export const WRONGLY_USED = 2;

export const exitCodeOf = (error: unknown): number =>
  error instanceof UsageError || error instanceof ConfigError ? WRONGLY_USED : FAILED;

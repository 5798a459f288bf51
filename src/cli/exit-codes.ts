import { OperatorError } from '../errors.ts';

/** What a script can tell by the exit code. */
export const EXIT_CODES = {
  failed: 1,
  /** Differs from `failed`, as in most command lines: a supervisor sees that a retry does not help. */
  wronglyUsed: 2,
  partlyFailed: 3,
  notConnected: 4,
  refused: 5,
  later: 6,
  /** As a shell says of what a SIGINT ended. */
  interrupted: 130,
} as const;

export const EXIT_CODES_HELP = `Exit codes:
  0    done: over HTTP, all that was asked for holds
  1    failed
  2    wrong use, or a variable with a bad value
  3    some fields or contacts do not hold: each is named with its reason
  4    the instance is not connected to WhatsApp
  5    the token is refused, or may not do that
  6    another try may succeed: rate limit, overload, no answer in time, service not reached
  130  interrupted before the end`;

/** The command ends with this code, and its message as the line that says why. */
export class ExitError extends OperatorError {
  override readonly name = 'ExitError';
  readonly exitCode: number;

  constructor(exitCode: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

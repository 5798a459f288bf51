/** What stops a whole call, as clients see it in `extensions.code`. One field's failure is data, not one of these. */
export type ErrorCode =
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'NOT_FOUND'
  | 'CONFLICT'
  | 'BAD_USER_INPUT'
  | 'INSTANCE_NOT_CONNECTED'
  | 'RATE_LIMITED'
  | 'OVERLOADED'
  | 'TIMEOUT';

/** An error whose message may be shown to the caller. Anything else is masked at the edges. */
export class PrivetError extends Error {
  override readonly name: string = 'PrivetError';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Work was refused for now. `retryAfterMs`: after how many milliseconds another try makes sense. */
export class RetryLaterError extends PrivetError {
  override readonly name = 'RetryLaterError';
  readonly retryAfterMs: number;

  constructor(code: 'RATE_LIMITED' | 'OVERLOADED', message: string, retryAfterMs: number) {
    super(code, message);
    this.retryAfterMs = retryAfterMs;
  }
}

export const unauthenticated = (): PrivetError =>
  new PrivetError('UNAUTHENTICATED', 'A valid token is required: send it as "Authorization: Bearer <token>"');

/** The same words whether the instance does not exist or belongs to another account. */
export const instanceNotFound = (name: string): PrivetError =>
  new PrivetError('NOT_FOUND', `There is no instance named "${name}"`);

export const instanceNotConnected = (): PrivetError =>
  new PrivetError('INSTANCE_NOT_CONNECTED', 'Instance is not connected to WhatsApp');

/** The process can't start or go on with what the operator gave it; `message` is the one line to print before exit 1. */
export class OperatorError extends Error {
  override readonly name = 'OperatorError';
}

import { PrivetError, RetryLaterError, shortened, type ErrorCode } from '../errors.ts';
import type { Problem } from './route.ts';

/** Ends a call with a problem that no service of ours has a word for. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly problem: Problem;

  constructor(status: number, code: string, message: string, headers?: Readonly<Record<string, string>>) {
    super(shortened(message));
    this.problem = { status, code, message: this.message, headers };
  }
}

export const badRequest = (message: string): ProblemError => new ProblemError(400, 'BAD_USER_INPUT', message);

/**
 * A TIMEOUT is a 504: WhatsApp, behind us, is what did not answer. A WHATSAPP_ERROR is a 502: it answered, and refused.
 * OVERLOADED is a 503 and not a 429: the caller kept to its limit, others were before it.
 */
const STATUS = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  CONFLICT: 409,
  BAD_USER_INPUT: 400,
  INSTANCE_NOT_CONNECTED: 400,
  WHATSAPP_ERROR: 502,
  RATE_LIMITED: 429,
  OVERLOADED: 503,
  TIMEOUT: 504,
} as const satisfies Record<ErrorCode, number>;

/** What an error means to the caller; undefined for one that is none of the caller's business. */
export function problemOf(error: unknown): Problem | undefined {
  if (error instanceof ProblemError) return error.problem;
  if (!(error instanceof PrivetError)) return undefined;
  const { code, message } = error;
  return { status: STATUS[code], code, message, headers: headersFor(error) };
}

function headersFor(error: PrivetError): Record<string, string> | undefined {
  if (error.code === 'UNAUTHENTICATED') return { 'WWW-Authenticate': 'Bearer' };
  if (!(error instanceof RetryLaterError)) return undefined;
  return { 'Retry-After': String(Math.max(1, Math.ceil(error.retryAfterMs / 1000))) };
}

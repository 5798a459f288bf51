import { PrivetError, RetryLaterError, shortened, type ErrorCode } from '../errors.ts';
import type { Problem } from '../route.ts';

/** A problem of HTTP, for which there is no PrivetError. */
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
 * TIMEOUT is 504: WhatsApp, behind this service, did not answer. WHATSAPP_ERROR is 502: it answered with a refusal.
 * OVERLOADED is 503 and not 429: the caller kept to its limit, but others were first.
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

/** The problem to report to the caller; undefined for an unexpected error, which is not reported. */
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

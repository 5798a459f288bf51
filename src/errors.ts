/** The longest text that an answer tells of what is wrong. */
const LONGEST_MESSAGE = 1_000;
/** The longest text from outside within one. */
export const LONGEST_QUOTE = 100;

/** A message for a client: what it quotes may be as long as a body. */
export const shortened = (text: string, longest = LONGEST_MESSAGE): string =>
  text.length > longest ? `${text.slice(0, longest - 1).toWellFormed()}…` : text;

/** A JSON value in a message. Not as JSON: one that nests 30,000 deep parses, but can't be written. */
export function described(value: unknown): string {
  if (typeof value === 'string') return shortened(value, LONGEST_QUOTE);
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}

/** What stops a whole call, as clients see it in `extensions.code`. One field's failure is data, not one of these. */
export const ERROR_CODES = {
  UNAUTHENTICATED: 'The request has no token that works.',
  FORBIDDEN: 'The token may not do that: the message says what it lacks.',
  NOT_FOUND: "There is no such thing, or it is another account's.",
  CONFLICT: 'Something stands in the way: a name that is taken, a limit of what there may be, a call that still runs.',
  BAD_USER_INPUT: 'An argument or a variable has a value that can not be: the message names it and says what can be.',
  INSTANCE_NOT_CONNECTED:
    'The instance is not connected to WhatsApp: `extensions` has its `state`, the `reason` and `retryAt`.',
  WHATSAPP_ERROR: 'WhatsApp refused the request as a whole, or answered it with nothing that could be used.',
  RATE_LIMITED: 'The token has used up its calls of this minute, or has its streams open: `extensions.retryAfterMs`.',
  OVERLOADED: 'The service or WhatsApp takes no more of this for now: `extensions.retryAfterMs`.',
  TIMEOUT: 'It was not done in time.',
} as const satisfies Record<string, string>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** An error whose message may be shown to the caller, and quotes nothing long. Anything else is masked at the edges. */
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

  constructor(code: 'RATE_LIMITED' | 'OVERLOADED', message: string, retryAfterMs: number, options?: ErrorOptions) {
    super(code, message, options);
    this.retryAfterMs = retryAfterMs;
  }
}

export const unauthenticated = (): PrivetError =>
  new PrivetError('UNAUTHENTICATED', 'A valid token is required: send it as "Authorization: Bearer <token>"');

/** The same words whether the instance does not exist or belongs to another account. */
export const instanceNotFound = (name: string): PrivetError =>
  new PrivetError('NOT_FOUND', `There is no instance named "${described(name)}"`);

/** Where an instance stands that is not connected. */
export interface Standing {
  /** As `Instance.state` shows it. */
  readonly state: string;
  /** As `Instance.reason` shows it; `retryAt` in epoch milliseconds. */
  readonly reason?:
    | { readonly code: string; readonly message: string; readonly retryAt?: number | undefined }
    | undefined;
}

/** The instance has no connection to WhatsApp now, so nothing was asked of WhatsApp. */
export class InstanceNotConnectedError extends PrivetError {
  static readonly text = 'Instance is not connected to WhatsApp';
  override readonly name = 'InstanceNotConnectedError';
  readonly state: string;
  /** Why it is in that state, where something says so. */
  readonly reason: { readonly code: string; readonly message: string } | undefined;
  /** When the next attempt comes by itself, epoch milliseconds; undefined where none will, or one is under way. */
  readonly retryAt: number | undefined;

  constructor({ state, reason }: Standing) {
    super('INSTANCE_NOT_CONNECTED', InstanceNotConnectedError.text);
    this.state = state;
    this.reason = reason && { code: reason.code, message: reason.message };
    this.retryAt = reason?.retryAt;
  }
}

/** The process can't start or go on with what the operator gave it; `message` is the one line to print before exit 1. */
export class OperatorError extends Error {
  override readonly name: string = 'OperatorError';
}

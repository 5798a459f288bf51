import { InstanceNotConnectedError, PrivetError, RetryLaterError, type ErrorCode } from '../../errors.ts';
import { ElsewhereError } from '../../nodes/elsewhere.ts';
import { SettingsChangedError } from '../../privacy/policies/condition.ts';
import type { Snapshot } from '../../privacy/settings.ts';

/** What one node says to another that asked it something of an instance. */
export type Answer =
  | { readonly kind: 'value'; readonly value: unknown }
  /** What the call came to, as its caller is to be told. */
  | { readonly kind: 'error'; readonly error: SentError }
  /** It does not have the instance, and did nothing. */
  | { readonly kind: 'moved' };

/** An error as it goes from node to node: the other one throws one of the same class. */
export type SentError =
  | { readonly type: 'changed'; readonly snapshot: Snapshot }
  | {
      readonly type: 'not_connected';
      readonly state: string;
      readonly reason?: { readonly code: string; readonly message: string } | undefined;
      readonly retryAt?: number | undefined;
    }
  | {
      readonly type: 'later';
      readonly code: 'RATE_LIMITED' | 'OVERLOADED';
      readonly message: string;
      readonly retryAfterMs: number;
    }
  | { readonly type: 'told'; readonly code: ErrorCode; readonly message: string }
  /** Nothing for callers. */
  | { readonly type: 'internal'; readonly message: string };

export function sentError(error: unknown): SentError {
  if (error instanceof SettingsChangedError) return { type: 'changed', snapshot: error.snapshot };
  if (error instanceof InstanceNotConnectedError) {
    const { state, reason, retryAt } = error;
    return { type: 'not_connected', state, reason, retryAt };
  }
  if (error instanceof RetryLaterError) {
    const { message, retryAfterMs } = error;
    return { type: 'later', code: error.code === 'RATE_LIMITED' ? error.code : 'OVERLOADED', message, retryAfterMs };
  }
  if (error instanceof PrivetError) return { type: 'told', code: error.code, message: error.message };
  return { type: 'internal', message: error instanceof Error ? `${error.name}: ${error.message}` : 'unknown' };
}

export function errorFrom(sent: SentError): Error {
  switch (sent.type) {
    case 'changed':
      return new SettingsChangedError(sent.snapshot);
    case 'not_connected': {
      const { state, reason, retryAt } = sent;
      // `retryAt` is shown whether there is a reason or not.
      return new InstanceNotConnectedError({ state, reason: reason && { ...reason, retryAt } });
    }
    case 'later':
      return new RetryLaterError(sent.code, sent.message, sent.retryAfterMs);
    case 'told':
      return new PrivetError(sent.code, sent.message);
    case 'internal':
      return new Error(`The node that has the instance failed: ${sent.message}`);
  }
}

/** What came of something that was done for another node. */
export async function answerOf(work: () => Promise<unknown>): Promise<Answer> {
  try {
    return { kind: 'value', value: await work() };
  } catch (error) {
    // guard: who is asked asks nobody else
    return error instanceof ElsewhereError ? { kind: 'moved' } : { kind: 'error', error: sentError(error) };
  }
}

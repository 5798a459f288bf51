import type { NoAnswer, Refusal } from '../wire/reply.ts';
import type { Snapshot } from './settings.ts';

export type WriteReply = { readonly kind: 'acknowledged' } | Refusal | NoAnswer;
export type ReadReply = { readonly kind: 'snapshot'; readonly snapshot: Snapshot } | Refusal | NoAnswer;

/**
 * The one way from the privacy rules to WhatsApp. Frames leave in the order of the calls; replies come by id, in any
 * order. No method rejects: what can go wrong is in the reply. One port serves one call.
 */
export interface PrivacyPort {
  /** Sends one privacy write; waits at most `timeoutMs`. */
  write(category: string, value: string, timeoutMs: number): Promise<WriteReply>;
  /** Sends one privacy read that nobody else shares; waits at most `timeoutMs`. */
  read(timeoutMs: number): Promise<ReadReply>;
  /** True once the session is open (again); false when it can't be within `timeoutMs`. */
  whenOpen(timeoutMs: number): Promise<boolean>;
  /** How many changes made elsewhere WhatsApp has announced so far (`account_sync`). */
  announcements(): number;
  /** Milliseconds until the call that this port serves has to end. */
  remaining(): number;
}

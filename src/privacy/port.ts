import type { NoAnswer, Refusal, Reply } from '../wire/reply.ts';
import type { Stanza } from '../wire/stanza.ts';
import type { Snapshot } from './settings.ts';

/**
 * The one way from the privacy rules to WhatsApp. Frames leave in the order of the calls; replies come by id, in any
 * order. Never rejects: what can go wrong is in the reply. One port serves one call.
 */
export interface PrivacyPort {
  /** Sends a request of its own, which nobody else shares; waits at most `timeoutMs` for its reply. */
  ask(stanza: Stanza, timeoutMs: number): Promise<Reply>;
}

/** What came of a read of something else than the settings. */
export type Read<T> = { readonly kind: 'shown'; readonly value: T } | Refusal | NoAnswer;

/** What came of a read of the settings. */
export type ReadOutcome = { readonly kind: 'snapshot'; readonly snapshot: Snapshot } | Refusal | NoAnswer;

export interface ReadOptions {
  readonly timer?: boolean;
}

/** Reads the settings over a port, and remembers what the newest read showed. */
export interface SettingsReader {
  /**
   * @param options.timer also asks for the default disappearing timer, by a stanza of its own right behind. Where that
   * brings nothing, the snapshot lacks the timer.
   */
  read(port: PrivacyPort, timeoutMs: number, options?: ReadOptions): Promise<ReadOutcome>;
}

/** A client's call, as the privacy rules see it. No method rejects. */
export interface PrivacyCall {
  readonly port: PrivacyPort;
  readonly settings: SettingsReader;
  /** True once the session is open (again); false when it can't be within `timeoutMs`. */
  whenOpen(timeoutMs: number): Promise<boolean>;
  /** How many changes made elsewhere WhatsApp has announced so far (`account_sync`). */
  announcements(): number;
  /** The account has a LID of its own: WhatsApp takes contacts by their LIDs, and lists of them by `addressing_mode`. */
  usesLid(): boolean;
  /** Epoch milliseconds. */
  now(): number;
  /** Milliseconds until the call has to end. */
  remaining(): number;
}

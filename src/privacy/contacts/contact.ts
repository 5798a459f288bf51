/** Someone on WhatsApp, as far as WhatsApp tells. */
export interface Contact {
  /** Digits with the country code. */
  readonly phoneNumber: string | undefined;
  /** Its LID: `<digits>@lid`. */
  readonly lid: string | undefined;
}

/** A contact as a caller names it. */
export interface NamedContact {
  /** What the caller wrote: outcomes name it so. */
  readonly text: string;
  readonly kind: 'phone' | 'lid';
  /** Digits alone: with the country code where it is a phone number. */
  readonly digits: string;
}

export type ContactResult = 'ADDED' | 'REMOVED' | 'ALREADY_LISTED' | 'NOT_LISTED' | 'FAILED';

export type ContactFailureCode =
  /** No account has that number. */
  | 'NOT_ON_WHATSAPP'
  /** Which account it is could not be found out. */
  | 'UNRESOLVED'
  | 'REJECTED'
  | 'TIMED_OUT'
  | 'CONNECTION_LOST'
  | 'MISMATCH'
  | 'UNVERIFIED'
  | 'UNSUPPORTED'
  | 'SKIPPED';

/** What became of one contact; `contact` is what the caller wrote. */
export interface ContactOutcome {
  readonly contact: string;
  readonly result: ContactResult;
}

/** A contact of whom what was asked for does not hold now, or is not proven. */
export interface ContactFailure {
  readonly contact: string;
  readonly code: ContactFailureCode;
  readonly message: string;
  readonly retryable: boolean;
}

/** What a change of a list came to. `list` is the read-back, undefined when no read succeeded after the writes. */
export interface ContactsOutcome<List> {
  readonly list: List | undefined;
  /** One for each contact that was asked for, in the caller's order; then those whom a `replace` takes off a list. */
  readonly outcomes: readonly ContactOutcome[];
  readonly failures: readonly ContactFailure[];
  /** Stanzas sent to WhatsApp for this call, reads and look-ups of numbers included. */
  readonly stanzas: number;
}

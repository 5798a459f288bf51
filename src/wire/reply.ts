import type { Stanza } from './stanza.ts';

/** Why a request to WhatsApp brought no usable answer. */
export type NoAnswer =
  | { readonly kind: 'timed_out' }
  /** The link went before the answer came; the request may or may not have taken effect. */
  | { readonly kind: 'lost' }
  /** An answer came that proves nothing: not `type="result"`, or a read without `<privacy>`. */
  | { readonly kind: 'odd' }
  /** The request never left. */
  | { readonly kind: 'unsent' };

/** WhatsApp said no. `code` and `text` are those of its `<error>`. */
export interface Refusal {
  readonly kind: 'refused';
  readonly code: number;
  readonly text: string;
}

/** What came of a request. Only `type="result"` counts as one. */
export type Reply = { readonly kind: 'result'; readonly stanza: Stanza } | Refusal | NoAnswer;

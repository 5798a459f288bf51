import { LONGEST_QUOTE, shortened } from '../errors.ts';
import { childOf, type Stanza } from './stanza.ts';

/** Why a request to WhatsApp brought no usable answer. */
export type NoAnswer =
  | { readonly kind: 'timed_out' }
  /** The link went before the answer came; the request may or may not have taken effect. */
  | { readonly kind: 'lost' }
  /** An answer came that proves nothing: not `type="result"`, or one without what was asked for. */
  | { readonly kind: 'odd' }
  /** The request never left. */
  | { readonly kind: 'unsent' };

/** WhatsApp said no. `code` and `text` are those of its `<error>`. */
export interface Refusal {
  readonly kind: 'refused';
  readonly code: number;
  readonly text: string;
}

/** What came of a request. Only `type="result"` counts as one; `stanza` is WhatsApp's answer as it came. */
export type Reply = { readonly kind: 'result'; readonly stanza: Stanza } | Refusal | NoAnswer;

/** `type="error"` is a refusal even without an `<error>` child; anything but `result` proves nothing. */
export function replyOf(stanza: Stanza): Reply {
  // guard: only a result counts as one, else stanza.attrs['type'] !== 'error'
  if (stanza.attrs['type'] === 'result') return { kind: 'result', stanza };
  if (stanza.attrs['type'] !== 'error') return { kind: 'odd' };
  const error = childOf(stanza, 'error');
  const code = Number(error?.attrs['code'] ?? Number.NaN);
  // Callers are told of it, and it is stored with an outcome: it may be as long as a frame.
  const text = shortened(error?.attrs['text'] ?? '', LONGEST_QUOTE);
  return { kind: 'refused', code: Number.isInteger(code) ? code : 0, text };
}

import type { CloseEvidence } from '../../../src/wire/link.ts';
import type { Stanza } from '../../../src/wire/stanza.ts';
import type { Request } from '../trace.ts';

/** Who a device is: what WhatsApp gave it when it was paired. */
export interface Identity {
  readonly phoneNumber: string;
  /** Digits; of an account that has one. */
  readonly lid?: string | undefined;
  readonly device: number;
  readonly secret: string;
}

/** What the service stores of it. `keys`: how many times the session keys have moved on. */
export interface Credentials extends Identity {
  readonly keys: number;
}

/** From the service to WhatsApp. */
export type Up =
  | { readonly kind: 'login'; readonly identity: Identity; readonly storedKeys: number }
  | { readonly kind: 'register' }
  | { readonly kind: 'ask_code'; readonly id: string }
  | { readonly kind: 'iq'; readonly stanza: Stanza; readonly request: Request }
  /** "The credentials that you gave me are stored." From here on the phone lists the device. */
  | { readonly kind: 'paired'; readonly device: number }
  /** "The keys that you sent me are stored." WhatsApp never sends them again. */
  | { readonly kind: 'keys_stored'; readonly keys: number };

/** From WhatsApp to the service. */
export type Down =
  | { readonly kind: 'hello' }
  | { readonly kind: 'registration' }
  | { readonly kind: 'pair_success'; readonly identity: Identity }
  | { readonly kind: 'success'; readonly changesCredentials: boolean }
  | { readonly kind: 'reply'; readonly stanza: Stanza }
  | { readonly kind: 'announcement'; readonly upTo: number }
  | { readonly kind: 'keys'; readonly keys: number }
  /** Ends the connection, and says why. */
  | { readonly kind: 'last_word'; readonly evidence: CloseEvidence };

/** The service's end of a connection. */
export interface Client {
  deliver(frame: Down): void;
  /** A close frame came; behind it the last word, where there was one. */
  closing(word: CloseEvidence | undefined): void;
  /** Gone without a word. */
  closed(): void;
}

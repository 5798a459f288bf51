import type { LinkIdentity } from './link.ts';
import type { Stanza } from './stanza.ts';

/** One stream to WhatsApp, whatever library speaks its protocol. It reports all events to its attempt. */
export interface Wire {
  /** Whether frames can leave now. */
  isOpen(): boolean;
  /** Whether the socket is closed. */
  isClosed(): boolean;
  /** The id of the next request. */
  nextId(): string;
  /** Sends one stanza through the attempt's `pass`. Rejects unless all of it was sent. */
  send(stanza: Stanza): Promise<unknown>;
  /** Closes the socket at once, and stops all timers. May be called more than once; `closed` follows. */
  terminate(): void;
  /** This device's own address, once paired. */
  jid(): string | undefined;
  /** The account's own LID, once paired, where it has one. */
  lid(): string | undefined;
  identity(): LinkIdentity;
  /** A request for a pairing code that was not sent yet, and the id under which its reply comes. */
  codeRequest(phoneNumber: string): { readonly id: string; readonly send: () => Promise<unknown> };
  /** The code that was asked for last. */
  pairingCode(): string | undefined;
}

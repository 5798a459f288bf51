import type { Clock } from '../clock.ts';
import type { NoAnswer, Refusal, Reply } from './reply.ts';
import type { Stanza } from './stanza.ts';

/** How far a connection attempt has come; a watchdog names the phase that never ended. */
export type LinkPhase = 'hello' | 'login' | 'first_read' | 'pairing' | 'paired' | 'open';

/** Why a link ended: the first sign of it that was seen. */
export type CloseEvidence =
  | {
      readonly kind: 'stream_error';
      readonly code: number | undefined;
      /** The first child: `conflict`, `ack`, `xml-not-well-formed` … */
      readonly child: string | undefined;
      /** The `type` of a `<conflict>`: `replaced`, `device_removed`. */
      readonly conflict: string | undefined;
    }
  /** `<failure>` instead of `<success>`; `expiresInS` where WhatsApp says how long a ban lasts. */
  | { readonly kind: 'failure'; readonly reason: number; readonly expiresInS: number | undefined }
  | { readonly kind: 'stream_end' }
  | { readonly kind: 'closed'; readonly phase: LinkPhase }
  | { readonly kind: 'upgrade_refused'; readonly status: number }
  | { readonly kind: 'handshake_failed' }
  | { readonly kind: 'watchdog'; readonly phase: LinkPhase }
  | { readonly kind: 'silent' }
  | { readonly kind: 'pairing_expired' }
  /** The `pair-success` did not prove that it came from the phone that read the QR or the code. */
  | { readonly kind: 'pairing_unproven' }
  /** WhatsApp refused the request for a pairing code, or did not confirm it. */
  | { readonly kind: 'pairing_refused'; readonly reply: Refusal | NoAnswer }
  /** WhatsApp asks for a passkey before it links this device; rc14 has no answer to that. */
  | { readonly kind: 'passkey_required' }
  /** A frame did not decrypt or parse, or a listener threw on one. */
  | { readonly kind: 'crashed'; readonly error: unknown }
  /** More at once than this service takes: before it is read, or once it is inflated. */
  | { readonly kind: 'frame_too_large' }
  /** The server compresses what it sends, which nobody asked for. */
  | { readonly kind: 'compression_forced' }
  /** Something could not be stored, so nothing that depends on it may leave. */
  | { readonly kind: 'storage_failed'; readonly error: unknown }
  | { readonly kind: 'first_read_failed'; readonly reply: Refusal | NoAnswer }
  /** Ended by us, so that an unanswered write can't land later. */
  | { readonly kind: 'recycled' }
  | { readonly kind: 'stopped' };

export interface LinkIdentity {
  /** Digits with the country code. */
  readonly phoneNumber: string;
}

export interface LinkEvents {
  /** A QR to scan; a new one comes when this expires (`expiresAt`, epoch milliseconds). */
  onQr(qr: string, expiresAt: number): void;
  /** The phone accepted this device, and the credentials are stored. WhatsApp restarts the stream next. */
  onPaired(identity: LinkIdentity): void;
  /** Logged in. */
  onLogin(identity: LinkIdentity): void;
  /** `account_sync`: something changed elsewhere. */
  onAnnouncement(): void;
  /**
   * It takes no request any more, whatever the reason; its socket may still be open. Called before its pending requests
   * end.
   */
  onOver(): void;
}

/** One connection to WhatsApp, from the attempt to its end. Drops everything that arrives after its end. */
export interface Link {
  /** Sends a request and waits for the reply with its id. Frames leave in the order of the calls. Never rejects. */
  request(stanza: Stanza, timeoutMs: number): Promise<Reply>;
  /**
   * The 8 characters for the phone, once WhatsApp confirmed that they can be typed. Only while pairing. Rejects where
   * WhatsApp did not confirm it: then the link has ended.
   */
  requestPairingCode(phoneNumber: string): Promise<string>;
  end(evidence: CloseEvidence): void;
  /** This device's own address, once paired. */
  readonly jid: string | undefined;
  /** The account's own LID, once paired, where it has one: WhatsApp then takes contacts by their LIDs. */
  readonly lid: string | undefined;
  readonly phase: LinkPhase;
  /** Tells the watchdog how far the attempt has come. */
  reached(phase: LinkPhase): void;
  /** Resolves once the link is gone and its socket closed. */
  readonly ended: Promise<CloseEvidence>;
}

/** One signal key to store, or to delete where `value` is null. */
export interface KeyChange {
  readonly type: string;
  readonly id: string;
  readonly value: string | null;
}

/** Where one instance's signal keys live. A read that fails rejects; it never looks like a missing key. */
export interface KeyStore {
  get(type: string, ids: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** All changes in one transaction. */
  apply(changes: readonly KeyChange[]): Promise<void>;
}

export interface LinkOptions {
  readonly clock: Clock;
  /** As stored by an earlier link; undefined begins pairing with fresh keys. */
  readonly credentials: string | undefined;
  readonly keys: KeyStore;
  /** Resolves once the credentials are committed. Called only for a paired device. */
  readonly saveCredentials: (credentials: string) => Promise<void>;
  /**
   * Whether it may log in now; absent: it always may. Asked for each frame until it has logged in, and where it may not
   * any more the link ends: WhatsApp ends another link of the device at a login.
   */
  readonly mayLogIn?: (() => boolean) | undefined;
  readonly events: LinkEvents;
}

/** Opens one connection to WhatsApp, guarded so that nothing it does reaches beyond this link. */
export type OpenLink = (options: LinkOptions) => Link;

import type { CloseEvidence } from '../../wire/link.ts';
import type { ReasonCode } from '../reasons.ts';
import { DATABASE_FAILED, type InstanceState, type StateReason } from '../state.ts';

/** What follows when a link ended. */
export type CloseAction =
  /** Try again after a random, growing pause. */
  | { readonly kind: 'retry' }
  /** The server or we asked for a fresh stream: no pause. */
  | { readonly kind: 'restart' }
  /** Not before `at`, epoch milliseconds. */
  | { readonly kind: 'retry_at'; readonly at: number }
  /** Another client took over: not soon, and not over and over. */
  | { readonly kind: 'replaced' }
  /** Not again by itself. */
  | { readonly kind: 'halt' }
  /** A confirmed logout: the credentials are worth nothing any more. */
  | { readonly kind: 'logged_out' };

export interface Verdict {
  readonly state: InstanceState;
  readonly reason: StateReason;
  readonly action: CloseAction;
}

const RETRY: CloseAction = { kind: 'retry' };
const RESTART: CloseAction = { kind: 'restart' };
const HALT: CloseAction = { kind: 'halt' };
const LOGGED_OUT: CloseAction = { kind: 'logged_out' };

function verdict(state: InstanceState, code: ReasonCode, message: string, action: CloseAction): Verdict {
  return { state, reason: { code, message }, action };
}

const reconnect = (code: ReasonCode, message: string, action: CloseAction = RETRY): Verdict =>
  verdict('RECONNECTING', code, message, action);

const loggedOut = (code: ReasonCode, message: string): Verdict => verdict('LOGGED_OUT', code, message, LOGGED_OUT);

// guard: a replaced login keeps its credentials, else () => loggedOut('replaced', '')
const replaced = (): Verdict =>
  verdict('REPLACED', 'replaced', 'Another client logged in with these credentials', { kind: 'replaced' });

/** How long a ban is waited for when WhatsApp does not say. */
const UNKNOWN_BAN_MS = 3_600_000;
/** Longer than any ban is, and still a date that can be shown. */
const LONGEST_BAN_MS = 365 * 24 * 3_600_000;
/** How long to leave WhatsApp alone once it calls this client outdated. */
const OUTDATED_PAUSE_MS = 300_000;

export const CLIENT_OUTDATED: StateReason = {
  code: 'client_outdated',
  message: 'WhatsApp asks for a newer client: update Privet',
};

/** Of an instance that was not refused itself. */
export const LOGINS_HELD_UP: StateReason = {
  code: 'logins_held_up',
  message: 'WhatsApp asks other instances for a newer client, so logins are tried one after the other',
};

const UNPROVEN =
  'Whoever answered the pairing did not prove to be your phone, so nothing was linked; pair again, and if it comes ' +
  'again, somebody between may be tampering';

/** Judges the end of a link whose device was paired. `now`: epoch milliseconds. */
export function judgeClose(evidence: CloseEvidence, now: number): Verdict {
  switch (evidence.kind) {
    case 'stream_error':
      return judgeStreamError(evidence);
    case 'failure':
      return judgeFailure(evidence.reason, evidence.expiresInS, now);
    case 'stream_end':
      return reconnect('stream_ended', 'WhatsApp ended the stream');
    case 'closed':
      return evidence.phase === 'hello'
        ? reconnect('unreachable', 'WhatsApp could not be reached')
        : reconnect('connection_closed', 'The connection was closed');
    case 'upgrade_refused':
      return reconnect('upgrade_refused', `The server refused the connection with HTTP status ${evidence.status}`);
    case 'handshake_failed':
      return reconnect('handshake_failed', 'The server could not be reached, or did not prove to be WhatsApp');
    case 'watchdog':
      return reconnect('connect_timed_out', `WhatsApp did not get on with the login (${evidence.phase})`);
    case 'silent':
      return reconnect('connection_lost', 'WhatsApp stopped answering');
    case 'first_read_failed':
      return reconnect('first_read_failed', firstReadMessage(evidence.reply));
    case 'crashed':
      return isTooLarge(evidence.error)
        ? judgeClose({ kind: 'frame_too_large' }, now)
        : reconnect('unreadable_frame', 'A frame could not be read, so the connection was given up');
    case 'frame_too_large':
      return reconnect('frame_too_large', 'A frame was larger than this service takes, so the connection was given up');
    case 'compression_forced':
      return reconnect('compression_forced', 'The server compresses the connection, which was not asked for');
    case 'recycled':
      return reconnect('write_unanswered', 'Reconnecting, so that an unanswered change can not land later', RESTART);
    case 'pairing_expired':
      return verdict('UNPAIRED', 'pairing_expired', 'Nobody scanned the QR code or typed the code in time', HALT);
    case 'pairing_unproven':
      return verdict('UNPAIRED', 'pairing_unproven', UNPROVEN, HALT);
    case 'pairing_refused':
      return judgePairingRefusal(evidence.reply);
    case 'passkey_required':
      return verdict('PASSKEY_REQUIRED', 'passkey_required', 'WhatsApp asks for a passkey to link this account', HALT);
    case 'storage_failed':
      return { state: 'RECONNECTING', reason: DATABASE_FAILED, action: RETRY };
    case 'stopped':
      return verdict('STOPPED', 'stopped_by_user', 'Stopped', HALT);
  }
}

/** Of `zlib`, where what it inflates has no end. */
const isTooLarge = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';

function judgePairingRefusal(reply: (CloseEvidence & { kind: 'pairing_refused' })['reply']): Verdict {
  if (reply.kind !== 'refused') {
    return verdict(
      'UNPAIRED',
      'pairing_unanswered',
      'WhatsApp did not confirm the pairing code; ask for another',
      HALT,
    );
  }
  const advice =
    reply.code === 429 || reply.code >= 500 ? 'ask again later' : 'check the phone number, or pair by QR code';
  return verdict(
    'UNPAIRED',
    'pairing_refused',
    `WhatsApp refused the pairing code with ${reply.code}: ${advice}`,
    HALT,
  );
}

function judgeStreamError({ code, conflict }: CloseEvidence & { kind: 'stream_error' }): Verdict {
  // `device_removed` may come without a code, which Baileys then reports like a replacement.
  // guard: a removed device is no replacement
  if (conflict === 'device_removed') return loggedOut('device_removed', 'The device was unlinked on the phone');
  if (conflict !== undefined) return replaced();
  switch (code) {
    case 515:
      return reconnect('restart_required', 'WhatsApp asked for a new stream', RESTART);
    case 401:
    case 516:
      return loggedOut('logged_out', 'WhatsApp logged this device out');
    case undefined:
      return reconnect('stream_error', 'WhatsApp reported a stream error');
    default:
      return reconnect(`stream_error_${code}`, `WhatsApp reported stream error ${code}`);
  }
}

function judgeFailure(reason: number, expiresInS: number | undefined, now: number): Verdict {
  switch (reason) {
    case 401:
      return loggedOut('logged_out', 'WhatsApp no longer knows this device');
    case 402: {
      // guard: a ban is waited for, else now
      const at =
        now + (expiresInS === undefined ? UNKNOWN_BAN_MS : Math.min(Math.ceil(expiresInS * 1000), LONGEST_BAN_MS));
      return verdict('BANNED', 'temporary_ban', 'WhatsApp banned the account for a while', { kind: 'retry_at', at });
    }
    case 403:
      return verdict('BANNED', 'locked', 'WhatsApp locked the account, or its phone is gone', HALT);
    case 405: {
      const at = now + OUTDATED_PAUSE_MS;
      return { state: 'CLIENT_OUTDATED', reason: CLIENT_OUTDATED, action: { kind: 'retry_at', at } };
    }
    case 406:
      // guard: a banned account keeps its credentials, else loggedOut('banned', '')
      return verdict('BANNED', 'banned', 'WhatsApp banned the account', HALT);
    default:
      return reconnect(`login_failure_${reason}`, `WhatsApp refused the login with ${reason}`);
  }
}

function firstReadMessage(reply: (CloseEvidence & { kind: 'first_read_failed' })['reply']): string {
  return reply.kind === 'refused'
    ? `WhatsApp refused to show the privacy settings: ${reply.code} ${reply.text}`.trim()
    : 'WhatsApp did not show the privacy settings after the login';
}

/** What a reason means, and what somebody does about it who wants the instance connected. */
export interface ReasonMeaning {
  readonly meaning: string;
  readonly advice: string;
}

const WAIT = 'wait';
const PAIR_AGAIN = 'pair again';
const SETTLE = 'settle it on the phone, then `startInstance`, or `unlinkInstance` and pair again';
const ON_THE_NETWORK = 'look at the network where it lasts';
const AS_SAID = 'as the message says: later, another number, or by QR';

/** Why an instance may be in its state: THE table. The schema's enum and docs/reasons.md are made from it. */
export const REASONS = {
  paired: { meaning: 'it was linked, and logs in', advice: WAIT },
  starting: { meaning: 'it waits for its turn to log in', advice: WAIT },
  unreachable: { meaning: 'WhatsApp was not reached', advice: ON_THE_NETWORK },
  upgrade_refused: { meaning: 'the server refused the connection', advice: ON_THE_NETWORK },
  handshake_failed: { meaning: 'the server was not reached, or did not prove to be WhatsApp', advice: ON_THE_NETWORK },
  connect_timed_out: { meaning: 'WhatsApp did not get on with the login', advice: WAIT },
  first_read_failed: { meaning: 'WhatsApp did not show the settings after the login', advice: WAIT },
  login_failure: { meaning: 'WhatsApp refused the login for now; `status` is its code', advice: WAIT },
  connection_closed: { meaning: 'the connection was closed', advice: WAIT },
  connection_lost: { meaning: 'WhatsApp stopped answering', advice: WAIT },
  stream_ended: { meaning: 'WhatsApp ended the connection', advice: WAIT },
  unreadable_frame: { meaning: 'what WhatsApp sent could not be read, so the connection was given up', advice: WAIT },
  frame_too_large: {
    meaning: 'the server sent more at once than is taken',
    advice: 'look at what stands between; report it where it lasts',
  },
  compression_forced: {
    meaning: 'the server compresses the connection, which was not asked for',
    advice: 'look at what stands between; report it where it lasts',
  },
  restart_required: { meaning: 'WhatsApp asked for a new connection', advice: WAIT },
  stream_error: {
    meaning: 'WhatsApp ended the connection with an error; `status` is its code, if it gave one',
    advice: WAIT,
  },
  write_unanswered: {
    meaning: 'a change went unanswered, so the connection was ended: it must not land later',
    advice: WAIT,
  },
  storage_failed: { meaning: 'the database failed', advice: 'look at the log and the disk' },
  stopped_by_user: { meaning: '`stopInstance` was called', advice: '`startInstance`' },
  internal_error: {
    meaning: 'the session failed; the log says why',
    advice: '`startInstance`, or pair again where it was not linked yet',
  },
  taken_over: {
    meaning: 'another process of the service has the instance, so this one does nothing with it',
    advice: 'ask that one; end this one where both have the same data',
  },
  moving: {
    meaning: 'no node of the service has the instance at present, or the one that has it does not answer',
    advice: WAIT,
  },
  credentials_unreadable: {
    meaning: 'the stored login could not be read; nothing was changed',
    advice: 'see the log; mend the key or restore a backup, then `startInstance`',
  },
  pairing_expired: { meaning: 'nobody scanned the QR code or typed the code in time', advice: PAIR_AGAIN },
  pairing_unproven: {
    meaning: 'whoever answered the pairing did not prove to be the phone; nothing was linked',
    advice: 'pair again; if it comes again, somebody between may be tampering',
  },
  pairing_refused: { meaning: 'WhatsApp gave no pairing code, and why', advice: AS_SAID },
  pairing_unanswered: { meaning: 'WhatsApp did not confirm the pairing code', advice: AS_SAID },
  pairing_ended: {
    meaning: 'the service ended, or lost touch with its database, while the instance was being paired',
    advice: PAIR_AGAIN,
  },
  passkey_required: {
    meaning: "WhatsApp asks for a passkey, which Privet can't give",
    advice: 'pair again; it fails as long as WhatsApp asks',
  },
  unlinked_by_user: { meaning: 'it was logged out by `unlinkInstance`', advice: PAIR_AGAIN },
  device_removed: { meaning: 'it was logged out on the phone', advice: PAIR_AGAIN },
  logged_out: { meaning: 'it was logged out by WhatsApp', advice: PAIR_AGAIN },
  unlinked_here: {
    meaning: 'it was unlinked by `unlinkInstance` without a connection: WhatsApp was not told',
    advice: 'remove the device on the phone, which still lists it; pair again',
  },
  replaced: {
    meaning: 'another client logged in with the same credentials',
    advice: 'end that one; without a `retryAt` then `startInstance`',
  },
  temporary_ban: { meaning: 'WhatsApp banned the account for a while', advice: WAIT },
  banned: { meaning: 'WhatsApp banned the account', advice: SETTLE },
  locked: { meaning: 'WhatsApp locked the account, or its phone is gone', advice: SETTLE },
  logins_held_up: {
    meaning: 'WhatsApp asks other instances for a newer client, so this one waits for its turn to try',
    advice: WAIT,
  },
  client_outdated: { meaning: 'WhatsApp asks for a newer client', advice: 'update Privet' },
  unknown: { meaning: 'another version of Privet stored it; the message says more', advice: 'update Privet' },
} as const satisfies Record<string, ReasonMeaning>;

export type ReasonName = keyof typeof REASONS;

/** Those that WhatsApp gives a number with. */
type Numbered = 'login_failure' | 'stream_error';

/** A reason as it is kept and logged: `connection_lost`, `stream_error_503` … */
export type ReasonCode = ReasonName | `${Numbered}_${number}`;

export const reasonNames = Object.keys(REASONS) as ReasonName[];
const isReasonName = (text: string): text is ReasonName => Object.hasOwn(REASONS, text);

/** What a reason is called, and WhatsApp's number where it gave one. */
export function partsOfReason(code: string): { readonly name: ReasonName; readonly status?: number } {
  if (isReasonName(code)) return { name: code };
  const [, name = '', status] = /^(login_failure|stream_error)_(\d{1,9})$/.exec(code) ?? [];
  return isReasonName(name) ? { name, status: Number(status) } : { name: 'unknown' };
}

const isReasonCode = (text: string): text is ReasonCode => partsOfReason(text).name !== 'unknown';

/** A code that was stored, maybe by another version. */
export const knownReason = (code: string): ReasonCode => (isReasonCode(code) ? code : 'unknown');

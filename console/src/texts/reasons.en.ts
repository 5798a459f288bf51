import type { InstanceState, StateReasonCode } from '../gql/graphql.ts';

/** Where an instance stands, in a word or two. */
export const states: Readonly<Record<InstanceState, string>> = {
  UNPAIRED: 'Not linked',
  PAIRING: 'Being linked',
  CONNECTING: 'Connecting',
  OPEN: 'Connected',
  RECONNECTING: 'Reconnecting',
  STOPPED: 'Stopped',
  LOGGED_OUT: 'Logged out',
  REPLACED: 'Replaced',
  BANNED: 'Banned',
  CLIENT_OUTDATED: 'Client outdated',
  PASSKEY_REQUIRED: 'Passkey required',
};

interface ReasonText {
  /** What happened. */
  readonly title: string;
  /** What a person can do about it. */
  readonly todo: string;
}

const WAIT = 'Wait: it comes back by itself.';
const NETWORK = 'It tries again by itself. Look at the network of the service where this lasts.';
const LINK_AGAIN = 'Link the phone again.';
const BETWEEN = 'Look at what stands between the service and WhatsApp; report it where this lasts.';
const AS_SAID = 'Try again later, with another number, or by QR code.';
const SETTLE = 'Settle it on the phone, then start the instance, or unlink it and link the phone again.';

/** Why an instance is not connected. */
export const reasons: Readonly<Record<StateReasonCode, ReasonText>> = {
  PAIRED: { title: 'The phone is linked; it logs in.', todo: 'Wait.' },
  STARTING: { title: 'It waits for its turn to log in.', todo: 'Wait.' },
  UNREACHABLE: { title: 'WhatsApp was not reached.', todo: NETWORK },
  UPGRADE_REFUSED: { title: 'The server refused the connection.', todo: NETWORK },
  HANDSHAKE_FAILED: { title: 'The server was not reached, or did not prove to be WhatsApp.', todo: NETWORK },
  CONNECT_TIMED_OUT: { title: 'WhatsApp did not get on with the login.', todo: WAIT },
  FIRST_READ_FAILED: { title: 'WhatsApp did not show the settings after the login.', todo: WAIT },
  LOGIN_FAILURE: { title: 'WhatsApp refused the login for now.', todo: WAIT },
  CONNECTION_CLOSED: { title: 'The connection was closed.', todo: WAIT },
  CONNECTION_LOST: { title: 'WhatsApp stopped answering.', todo: WAIT },
  STREAM_ENDED: { title: 'WhatsApp ended the connection.', todo: WAIT },
  UNREADABLE_FRAME: { title: 'What WhatsApp sent could not be read, so the connection was given up.', todo: WAIT },
  FRAME_TOO_LARGE: { title: 'The server sent more at once than is taken.', todo: BETWEEN },
  COMPRESSION_FORCED: { title: 'The server compresses the connection, which was not asked for.', todo: BETWEEN },
  RESTART_REQUIRED: { title: 'WhatsApp asked for a new connection.', todo: WAIT },
  STREAM_ERROR: { title: 'WhatsApp ended the connection with an error.', todo: WAIT },
  WRITE_UNANSWERED: {
    title: 'A change went unanswered, so the connection was ended: it must not land later.',
    todo: WAIT,
  },
  STORAGE_FAILED: { title: 'The database of the service failed.', todo: "Look at the service's log and its disk." },
  STOPPED_BY_USER: { title: 'Somebody stopped it.', todo: 'Start it when it is to go on.' },
  INTERNAL_ERROR: {
    title: 'The session failed; the log of the service says why.',
    todo: 'Start it, or link the phone again where it was not linked yet.',
  },
  TAKEN_OVER: {
    title: 'Another process of the service has it, so this one does nothing with it.',
    todo: 'Ask that one; end this one where both have the same data.',
  },
  MOVING: {
    title: 'No node of the service has it at present, or the one that has it does not answer.',
    todo: 'Wait: a node takes it within seconds.',
  },
  CREDENTIALS_UNREADABLE: {
    title: 'The stored login could not be read; nothing was changed.',
    todo: 'See the log of the service; mend the key or restore a backup, then start it.',
  },
  PAIRING_EXPIRED: { title: 'Nobody scanned the QR code or typed the code in time.', todo: LINK_AGAIN },
  PAIRING_UNPROVEN: {
    title: 'Whoever answered did not prove to be the phone; nothing was linked.',
    todo: 'Link the phone again. If this comes again, somebody between may be tampering.',
  },
  PAIRING_REFUSED: { title: 'WhatsApp gave no code to link with.', todo: AS_SAID },
  PAIRING_UNANSWERED: { title: 'WhatsApp did not confirm the code.', todo: AS_SAID },
  PAIRING_ENDED: {
    title: 'The service ended, or lost touch with its database, while the phone was being linked.',
    todo: LINK_AGAIN,
  },
  PASSKEY_REQUIRED: {
    title: 'WhatsApp asks for a passkey, which Privet can not give.',
    todo: 'Link the phone again; it fails as long as WhatsApp asks.',
  },
  UNLINKED_BY_USER: { title: 'Somebody unlinked it here.', todo: LINK_AGAIN },
  DEVICE_REMOVED: { title: 'It was logged out on the phone.', todo: LINK_AGAIN },
  LOGGED_OUT: { title: 'WhatsApp logged it out.', todo: LINK_AGAIN },
  UNLINKED_HERE: {
    title: 'It was unlinked without a connection: WhatsApp was not told.',
    todo: 'Remove the device on the phone, which still lists it. Then link the phone again.',
  },
  REPLACED: {
    title: 'Another client logged in with the same login.',
    todo: 'End that one; where no next try is named, start the instance then.',
  },
  TEMPORARY_BAN: { title: 'WhatsApp banned the account for a while.', todo: 'Wait.' },
  BANNED: { title: 'WhatsApp banned the account.', todo: SETTLE },
  LOCKED: { title: 'WhatsApp locked the account, or its phone is gone.', todo: SETTLE },
  LOGINS_HELD_UP: {
    title: 'WhatsApp asks other instances for a newer client, so this one waits for its turn to try.',
    todo: 'Wait.',
  },
  CLIENT_OUTDATED: { title: 'WhatsApp asks for a newer client.', todo: 'Update Privet.' },
  UNKNOWN: { title: 'Another version of Privet stored why.', todo: 'Update Privet.' },
};

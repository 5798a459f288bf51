/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** Values of `callAdd`. Who can call the account. */
export const CallAddPrivacy = {
  /** Everyone. */
  All: 'ALL',
  /** Known callers: calls of others are silenced. */
  Known: 'KNOWN'
} as const;

export type CallAddPrivacy = typeof CallAddPrivacy[keyof typeof CallAddPrivacy];
/** Why the change does not hold for one contact. */
export const ContactFailureCode = {
  /** The connection went before WhatsApp answered. */
  ConnectionLost: 'CONNECTION_LOST',
  /** WhatsApp shows the list otherwise than requested. */
  Mismatch: 'MISMATCH',
  /** Nobody on WhatsApp has this number or JID. */
  NotOnWhatsapp: 'NOT_ON_WHATSAPP',
  /** WhatsApp refused it; the message has its code. */
  Rejected: 'REJECTED',
  /** It was not tried: the message says why. */
  Skipped: 'SKIPPED',
  /** WhatsApp did not answer in time. */
  TimedOut: 'TIMED_OUT',
  /** WhatsApp did not tell which account this is, so nothing was written for it. */
  Unresolved: 'UNRESOLVED',
  /** WhatsApp does not report this list for the account, so it was not written. */
  Unsupported: 'UNSUPPORTED',
  /** No read could show whether it holds. */
  Unverified: 'UNVERIFIED'
} as const;

export type ContactFailureCode = typeof ContactFailureCode[keyof typeof ContactFailureCode];
/** What became of one contact. */
export const ContactResult = {
  /** A read sent after our write shows it on the list. */
  Added: 'ADDED',
  /** It was to be added, and is on the list, and WhatsApp took no write of ours for it. */
  AlreadyListed: 'ALREADY_LISTED',
  /** The change does not hold, or nothing proves that it does: see `failures`. */
  Failed: 'FAILED',
  /** It was to be removed, and is not on the list, and WhatsApp took no write of ours for it. */
  NotListed: 'NOT_LISTED',
  /** A read sent after our write shows the list without it. */
  Removed: 'REMOVED'
} as const;

export type ContactResult = typeof ContactResult[keyof typeof ContactResult];
/** Values of `defaultDisappearing`. How long messages stay in chats that are begun from now on. */
export const DefaultDisappearing = {
  /** Seven days. */
  Days_7: 'DAYS_7',
  /** 90 days. */
  Days_90: 'DAYS_90',
  /** A day. */
  Day_1: 'DAY_1',
  /** Until they are deleted. */
  Off: 'OFF'
} as const;

export type DefaultDisappearing = typeof DefaultDisappearing[keyof typeof DefaultDisappearing];
/** Values of `defense`. Whether WhatsApp's strict protection of the account is on. */
export const DefensePrivacy = {
  /** It is off. */
  Off: 'OFF',
  /** It is on, in WhatsApp's standard form. */
  OnStandard: 'ON_STANDARD'
} as const;

export type DefensePrivacy = typeof DefensePrivacy[keyof typeof DefensePrivacy];
/** The fields that can have an exclusion list. */
export const ExclusionField = {
  /** Its members can not add the account to groups. */
  GroupAdd: 'GROUP_ADD',
  /** Its members do not see when the account was last online. */
  LastSeen: 'LAST_SEEN',
  /** Its members do not see the profile picture. */
  Profile: 'PROFILE',
  /** Its members do not see the "about" text (not stories). */
  Status: 'STATUS'
} as const;

export type ExclusionField = typeof ExclusionField[keyof typeof ExclusionField];
/** What happens to the other fields when one fails. */
export const FailurePolicy = {
  /** The others are written all the same, and what holds stays. All are written at once: the fastest policy. */
  Continue: 'CONTINUE',
  /** All of the fields, or none: what the call changed is put back, unless the phone changed something meanwhile. `rolledBack` in `outcomes` says of each field whether it is back. Begins with a read. Nothing is written where the account lacks one of the fields, or where less than 18 of the call's 30 s are left (`TIMEOUT`): 12 s are kept to put things back. */
  Rollback: 'ROLLBACK',
  /** Fields are written one by one, each after the reply to the one before. After a failure nothing more is written: the rest is `SKIPPED`. */
  Stop: 'STOP'
} as const;

export type FailurePolicy = typeof FailurePolicy[keyof typeof FailurePolicy];
/** What became of one requested field. */
export const FieldResult = {
  /** A read shows it as requested, and WhatsApp took no write of ours for it: none was sent, or it was refused. */
  AlreadySet: 'ALREADY_SET',
  /** A read sent after our write shows it as requested. */
  Applied: 'APPLIED',
  /** It does not hold, or nothing proves that it does: see `failures`. */
  Failed: 'FAILED'
} as const;

export type FieldResult = typeof FieldResult[keyof typeof FieldResult];
/** Values of `groupAdd`. Who can add the account to groups. */
export const GroupAddPrivacy = {
  /** Everyone. */
  All: 'ALL',
  /** The account's contacts. */
  Contacts: 'CONTACTS',
  /** The account's contacts, except those on the field's exclusion list: see `privacyExclusions`. */
  ContactBlacklist: 'CONTACT_BLACKLIST'
} as const;

export type GroupAddPrivacy = typeof GroupAddPrivacy[keyof typeof GroupAddPrivacy];
/** Where an instance stands. */
export const InstanceState = {
  /** WhatsApp has banned or locked the account; with `reason.retryAt` where it is for a while. */
  Banned: 'BANNED',
  /** WhatsApp refuses this version of the client. */
  ClientOutdated: 'CLIENT_OUTDATED',
  /** Connects and logs in. */
  Connecting: 'CONNECTING',
  /** WhatsApp has unlinked the device: it must be paired again. */
  LoggedOut: 'LOGGED_OUT',
  /** Logged in, and its settings are known: it can be read and changed. */
  Open: 'OPEN',
  /** Waits for its QR code to be scanned, or its pairing code to be typed. */
  Pairing: 'PAIRING',
  /** WhatsApp asks for a passkey on the phone. */
  PasskeyRequired: 'PASSKEY_REQUIRED',
  /** Lost its connection and tries again by itself, or waits for its turn to log in. */
  Reconnecting: 'RECONNECTING',
  /** Another connection took its place. */
  Replaced: 'REPLACED',
  /** Stopped by the user, or by a failure: see `reason`. */
  Stopped: 'STOPPED',
  /** Not linked to a WhatsApp account yet. */
  Unpaired: 'UNPAIRED'
} as const;

export type InstanceState = typeof InstanceState[keyof typeof InstanceState];
/** Values of `lastSeen`. Who sees when the account was last online. */
export const LastSeenPrivacy = {
  /** Everyone. */
  All: 'ALL',
  /** The account's contacts. */
  Contacts: 'CONTACTS',
  /** The account's contacts, except those on the field's exclusion list: see `privacyExclusions`. */
  ContactBlacklist: 'CONTACT_BLACKLIST',
  /** Nobody. */
  None: 'NONE'
} as const;

export type LastSeenPrivacy = typeof LastSeenPrivacy[keyof typeof LastSeenPrivacy];
/** Values of `linkedProfiles`. Who sees the profiles elsewhere that the account links to. */
export const LinkedProfilesPrivacy = {
  /** Everyone. */
  All: 'ALL',
  /** The account's contacts. */
  Contacts: 'CONTACTS',
  /** The account's contacts, except those on the field's exclusion list: see `privacyExclusions`. */
  ContactBlacklist: 'CONTACT_BLACKLIST',
  /** Nobody. */
  None: 'NONE'
} as const;

export type LinkedProfilesPrivacy = typeof LinkedProfilesPrivacy[keyof typeof LinkedProfilesPrivacy];
/** Values of `messages`. Who can send the account messages. */
export const MessagesPrivacy = {
  /** Everyone. */
  All: 'ALL',
  /** The account's contacts. */
  Contacts: 'CONTACTS'
} as const;

export type MessagesPrivacy = typeof MessagesPrivacy[keyof typeof MessagesPrivacy];
/** Values of `online`. Who sees that the account is online right now. */
export const OnlinePrivacy = {
  /** Everyone. */
  All: 'ALL',
  /** Whoever sees the last seen. */
  MatchLastSeen: 'MATCH_LAST_SEEN'
} as const;

export type OnlinePrivacy = typeof OnlinePrivacy[keyof typeof OnlinePrivacy];
/** Why a requested field does not hold. */
export const PartialFailureCode = {
  /** The connection went before WhatsApp answered. */
  ConnectionLost: 'CONNECTION_LOST',
  /** WhatsApp shows another value than requested. */
  Mismatch: 'MISMATCH',
  /** WhatsApp refused it; the message has its code. */
  Rejected: 'REJECTED',
  /** It held, and was put back because another field failed. */
  RolledBack: 'ROLLED_BACK',
  /** It was not tried: the message says why. */
  Skipped: 'SKIPPED',
  /** WhatsApp did not answer in time. */
  TimedOut: 'TIMED_OUT',
  /** WhatsApp does not report this setting for the account, so it was not written. */
  Unsupported: 'UNSUPPORTED',
  /** No read could show whether it holds. */
  Unverified: 'UNVERIFIED'
} as const;

export type PartialFailureCode = typeof PartialFailureCode[keyof typeof PartialFailureCode];
/** Who may reach the account. */
export type PermissionInput = {
  /** Who can call the account. Left as it is when absent or null. */
  callAdd?: CallAddPrivacy | null | undefined;
  /** Who can add the account to groups. Left as it is when absent or null. */
  groupAdd?: GroupAddPrivacy | null | undefined;
  /** Who can send the account messages. Left as it is when absent or null. */
  messages?: MessagesPrivacy | null | undefined;
  /** Who can use the account's stickers. Left as it is when absent or null. */
  stickers?: StickersPrivacy | null | undefined;
};

/** Values of `pix`. Who sees the account's Pix key, for payments in Brazil. */
export const PixPrivacy = {
  /** Everyone. */
  All: 'ALL',
  /** The account's contacts. */
  Contacts: 'CONTACTS',
  /** The account's contacts, except those on the field's exclusion list: see `privacyExclusions`. */
  ContactBlacklist: 'CONTACT_BLACKLIST',
  /** Nobody. */
  None: 'NONE'
} as const;

export type PixPrivacy = typeof PixPrivacy[keyof typeof PixPrivacy];
/** The settings that this version models. */
export const PrivacyField = {
  /** Who can call the account. */
  CallAdd: 'CALL_ADD',
  /** How long messages stay in chats that are begun from now on. */
  DefaultDisappearing: 'DEFAULT_DISAPPEARING',
  /** Whether WhatsApp's strict protection of the account is on. */
  Defense: 'DEFENSE',
  /** Who can add the account to groups. */
  GroupAdd: 'GROUP_ADD',
  /** Who sees when the account was last online. */
  LastSeen: 'LAST_SEEN',
  /** Who sees the profiles elsewhere that the account links to. */
  LinkedProfiles: 'LINKED_PROFILES',
  /** Who can send the account messages. */
  Messages: 'MESSAGES',
  /** Who sees that the account is online right now. */
  Online: 'ONLINE',
  /** Who sees the account's Pix key, for payments in Brazil. */
  Pix: 'PIX',
  /** Who sees the profile picture. */
  Profile: 'PROFILE',
  /** Whether read receipts are sent and shown. Reciprocal; does not cover groups. */
  ReadReceipts: 'READ_RECEIPTS',
  /** Who sees the "about" text (not stories). */
  Status: 'STATUS',
  /** Who can use the account's stickers. */
  Stickers: 'STICKERS'
} as const;

export type PrivacyField = typeof PrivacyField[keyof typeof PrivacyField];
/** What there is to know about a requested value. */
export const PrivacyWarningCode = {
  /** WhatsApp does not show the account what it hides from others. */
  HiddenInTurn: 'HIDDEN_IN_TURN',
  /** `MATCH_LAST_SEEN` changes nothing while `lastSeen` is `ALL`. */
  MatchesEveryone: 'MATCHES_EVERYONE',
  /** `CONTACT_BLACKLIST` begins with an empty list, so it means all contacts until `updatePrivacyExclusions` puts someone on it. */
  NobodyExcluded: 'NOBODY_EXCLUDED',
  /** Without read receipts the account does not see others' either; groups still have them. */
  ReciprocalReceipts: 'RECIPROCAL_RECEIPTS',
  /** `callAdd: KNOWN` silences calls, it does not block them. */
  SilencedNotBlocked: 'SILENCED_NOT_BLOCKED',
  /** WhatsApp does not report this setting for the account, so it is not written. Only in plans: an update says so in `failures`. */
  Unsupported: 'UNSUPPORTED'
} as const;

export type PrivacyWarningCode = typeof PrivacyWarningCode[keyof typeof PrivacyWarningCode];
/** Values of `profile`. Who sees the profile picture. */
export const ProfilePrivacy = {
  /** Everyone. */
  All: 'ALL',
  /** The account's contacts. */
  Contacts: 'CONTACTS',
  /** The account's contacts, except those on the field's exclusion list: see `privacyExclusions`. */
  ContactBlacklist: 'CONTACT_BLACKLIST',
  /** Nobody. */
  None: 'NONE'
} as const;

export type ProfilePrivacy = typeof ProfilePrivacy[keyof typeof ProfilePrivacy];
/** Values of `readReceipts`. Whether read receipts are sent and shown. Reciprocal; does not cover groups. */
export const ReadReceiptsPrivacy = {
  /** Read receipts are sent and shown. */
  All: 'ALL',
  /** Read receipts are neither sent nor shown. */
  None: 'NONE'
} as const;

export type ReadReceiptsPrivacy = typeof ReadReceiptsPrivacy[keyof typeof ReadReceiptsPrivacy];
/** Read receipts, strict protection, and the default timer. */
export type ReceiptInput = {
  /** How long messages stay in chats that are begun from now on. Left as it is when absent or null. */
  defaultDisappearing?: DefaultDisappearing | null | undefined;
  /** Whether WhatsApp's strict protection of the account is on. Left as it is when absent or null. */
  defense?: DefensePrivacy | null | undefined;
  /** Whether read receipts are sent and shown. Reciprocal; does not cover groups. Left as it is when absent or null. */
  readReceipts?: ReadReceiptsPrivacy | null | undefined;
};

/** Why an instance is in its state, for programs. */
export const StateReasonCode = {
  /** WhatsApp banned the account. What to do: settle it on the phone, then `startInstance`, or `unlinkInstance` and pair again. */
  Banned: 'BANNED',
  /** WhatsApp asks for a newer client. What to do: update Privet. */
  ClientOutdated: 'CLIENT_OUTDATED',
  /** The server compresses the connection, which was not asked for. What to do: look at what stands between; report it where it lasts. */
  CompressionForced: 'COMPRESSION_FORCED',
  /** The connection was closed. What to do: wait. */
  ConnectionClosed: 'CONNECTION_CLOSED',
  /** WhatsApp stopped answering. What to do: wait. */
  ConnectionLost: 'CONNECTION_LOST',
  /** WhatsApp did not get on with the login. What to do: wait. */
  ConnectTimedOut: 'CONNECT_TIMED_OUT',
  /** The stored login could not be read; nothing was changed. What to do: see the log; mend the key or restore a backup, then `startInstance`. */
  CredentialsUnreadable: 'CREDENTIALS_UNREADABLE',
  /** It was logged out on the phone. What to do: pair again. */
  DeviceRemoved: 'DEVICE_REMOVED',
  /** WhatsApp did not show the settings after the login. What to do: wait. */
  FirstReadFailed: 'FIRST_READ_FAILED',
  /** The server sent more at once than is taken. What to do: look at what stands between; report it where it lasts. */
  FrameTooLarge: 'FRAME_TOO_LARGE',
  /** The server was not reached, or did not prove to be WhatsApp. What to do: look at the network where it lasts. */
  HandshakeFailed: 'HANDSHAKE_FAILED',
  /** The session failed; the log says why. What to do: `startInstance`, or pair again where it was not linked yet. */
  InternalError: 'INTERNAL_ERROR',
  /** WhatsApp locked the account, or its phone is gone. What to do: settle it on the phone, then `startInstance`, or `unlinkInstance` and pair again. */
  Locked: 'LOCKED',
  /** It was logged out by WhatsApp. What to do: pair again. */
  LoggedOut: 'LOGGED_OUT',
  /** WhatsApp asks other instances for a newer client, so this one waits for its turn to try. What to do: wait. */
  LoginsHeldUp: 'LOGINS_HELD_UP',
  /** WhatsApp refused the login for now; `status` is its code. What to do: wait. */
  LoginFailure: 'LOGIN_FAILURE',
  /** No node of the service has the instance at present, or the one that has it does not answer. What to do: wait. */
  Moving: 'MOVING',
  /** It was linked, and logs in. What to do: wait. */
  Paired: 'PAIRED',
  /** The service ended, or lost touch with its database, while the instance was being paired. What to do: pair again. */
  PairingEnded: 'PAIRING_ENDED',
  /** Nobody scanned the QR code or typed the code in time. What to do: pair again. */
  PairingExpired: 'PAIRING_EXPIRED',
  /** WhatsApp gave no pairing code, and why. What to do: as the message says: later, another number, or by QR. */
  PairingRefused: 'PAIRING_REFUSED',
  /** WhatsApp did not confirm the pairing code. What to do: as the message says: later, another number, or by QR. */
  PairingUnanswered: 'PAIRING_UNANSWERED',
  /** Whoever answered the pairing did not prove to be the phone; nothing was linked. What to do: pair again; if it comes again, somebody between may be tampering. */
  PairingUnproven: 'PAIRING_UNPROVEN',
  /** WhatsApp asks for a passkey, which Privet can't give. What to do: pair again; it fails as long as WhatsApp asks. */
  PasskeyRequired: 'PASSKEY_REQUIRED',
  /** Another client logged in with the same credentials. What to do: end that one; without a `retryAt` then `startInstance`. */
  Replaced: 'REPLACED',
  /** WhatsApp asked for a new connection. What to do: wait. */
  RestartRequired: 'RESTART_REQUIRED',
  /** It waits for its turn to log in. What to do: wait. */
  Starting: 'STARTING',
  /** `stopInstance` was called. What to do: `startInstance`. */
  StoppedByUser: 'STOPPED_BY_USER',
  /** The database failed. What to do: look at the log and the disk. */
  StorageFailed: 'STORAGE_FAILED',
  /** WhatsApp ended the connection. What to do: wait. */
  StreamEnded: 'STREAM_ENDED',
  /** WhatsApp ended the connection with an error; `status` is its code, if it gave one. What to do: wait. */
  StreamError: 'STREAM_ERROR',
  /** Another process of the service has the instance, so this one does nothing with it. What to do: ask that one; end this one where both have the same data. */
  TakenOver: 'TAKEN_OVER',
  /** WhatsApp banned the account for a while. What to do: wait. */
  TemporaryBan: 'TEMPORARY_BAN',
  /** Another version of Privet stored it; the message says more. What to do: update Privet. */
  Unknown: 'UNKNOWN',
  /** It was logged out by `unlinkInstance`. What to do: pair again. */
  UnlinkedByUser: 'UNLINKED_BY_USER',
  /** It was unlinked by `unlinkInstance` without a connection: WhatsApp was not told. What to do: remove the device on the phone, which still lists it; pair again. */
  UnlinkedHere: 'UNLINKED_HERE',
  /** WhatsApp was not reached. What to do: look at the network where it lasts. */
  Unreachable: 'UNREACHABLE',
  /** What WhatsApp sent could not be read, so the connection was given up. What to do: wait. */
  UnreadableFrame: 'UNREADABLE_FRAME',
  /** The server refused the connection. What to do: look at the network where it lasts. */
  UpgradeRefused: 'UPGRADE_REFUSED',
  /** A change went unanswered, so the connection was ended: it must not land later. What to do: wait. */
  WriteUnanswered: 'WRITE_UNANSWERED'
} as const;

export type StateReasonCode = typeof StateReasonCode[keyof typeof StateReasonCode];
/** Values of `status`. Who sees the "about" text (not stories). */
export const StatusPrivacy = {
  /** Everyone. */
  All: 'ALL',
  /** The account's contacts. */
  Contacts: 'CONTACTS',
  /** The account's contacts, except those on the field's exclusion list: see `privacyExclusions`. */
  ContactBlacklist: 'CONTACT_BLACKLIST',
  /** Nobody. */
  None: 'NONE'
} as const;

export type StatusPrivacy = typeof StatusPrivacy[keyof typeof StatusPrivacy];
/** Values of `stickers`. Who can use the account's stickers. */
export const StickersPrivacy = {
  /** The account's contacts. */
  Contacts: 'CONTACTS',
  /** Those of the account's contacts who are on a list kept on the phone. */
  ContactAllowlist: 'CONTACT_ALLOWLIST',
  /** Nobody. */
  None: 'NONE'
} as const;

export type StickersPrivacy = typeof StickersPrivacy[keyof typeof StickersPrivacy];
/** Changes of an exclusion list: 1,000 contacts at most, none of them twice. Each is a phone number with its country code, like +49 151 23456789, or a JID: `<digits>@s.whatsapp.net` or `<digits>@lid`. */
export type UpdateExclusionsInput = {
  /** Contacts to put on the list. */
  add?: Array<string> | null | undefined;
  /** Contacts to take off the list. */
  remove?: Array<string> | null | undefined;
  /** The contacts that the list shall have, and no others; `[]` empties it. Stands alone, without `add` and `remove`. */
  replace?: Array<string> | null | undefined;
};

/** The settings to change: at least one. What is absent or null stays as it is. */
export type UpdatePrivacyInput = {
  /** Writes only where no setting is known to have changed since that time: give the `observedAt` of the settings that the caller saw. Begins with a read. Where one has changed, nothing is written, and the call fails as `CONFLICT` with the present settings in `extensions.current`. */
  ifObservedAt?: string | null | undefined;
  /** What happens to the other fields when one fails. `CONTINUE` where it is null. */
  onFailure?: FailurePolicy | null | undefined;
  /** Who may reach the account. */
  permissions?: PermissionInput | null | undefined;
  /** Read receipts, strict protection, and the default timer. */
  privacy?: ReceiptInput | null | undefined;
  /** Who sees what of the account. */
  visibility?: VisibilityInput | null | undefined;
};

/** Who sees what of the account. */
export type VisibilityInput = {
  /** Who sees when the account was last online. Left as it is when absent or null. */
  lastSeen?: LastSeenPrivacy | null | undefined;
  /** Who sees the profiles elsewhere that the account links to. Left as it is when absent or null. */
  linkedProfiles?: LinkedProfilesPrivacy | null | undefined;
  /** Who sees that the account is online right now. Left as it is when absent or null. */
  online?: OnlinePrivacy | null | undefined;
  /** Who sees the account's Pix key, for payments in Brazil. Left as it is when absent or null. */
  pix?: PixPrivacy | null | undefined;
  /** Who sees the profile picture. Left as it is when absent or null. */
  profile?: ProfilePrivacy | null | undefined;
  /** Who sees the "about" text (not stories). Left as it is when absent or null. */
  status?: StatusPrivacy | null | undefined;
};

export type ShownOutcomeFragment = { contact: string, result: ContactResult };

export type ShownFailureFragment = { contact: string, code: ContactFailureCode, message: string, retryable: boolean };

export type ShownBlockedFragment = { observedAt: string, contacts: Array<{ phoneNumber: string | null, lid: string | null }> };

export type ShownExclusionsFragment = { field: ExclusionField, active: boolean, observedAt: string, contacts: Array<{ phoneNumber: string | null, lid: string | null }> };

export type ExclusionsQueryVariables = Exact<{
  instance: string;
  field: ExclusionField;
}>;


export type ExclusionsQuery = { privacyExclusions: { field: ExclusionField, active: boolean, observedAt: string, contacts: Array<{ phoneNumber: string | null, lid: string | null }> } | null };

export type UpdateExclusionsMutationVariables = Exact<{
  instance: string;
  field: ExclusionField;
  input: UpdateExclusionsInput;
}>;


export type UpdateExclusionsMutation = { updatePrivacyExclusions: { stanzas: number, exclusions: { field: ExclusionField, active: boolean, observedAt: string, contacts: Array<{ phoneNumber: string | null, lid: string | null }> } | null, outcomes: Array<{ contact: string, result: ContactResult }>, failures: Array<{ contact: string, code: ContactFailureCode, message: string, retryable: boolean }> } | null };

export type BlockedQueryVariables = Exact<{
  instance: string;
}>;


export type BlockedQuery = { blockedContacts: { observedAt: string, contacts: Array<{ phoneNumber: string | null, lid: string | null }> } | null };

export type BlockMutationVariables = Exact<{
  instance: string;
  contacts: Array<string> | string;
}>;


export type BlockMutation = { blockContacts: { stanzas: number, blocked: { observedAt: string, contacts: Array<{ phoneNumber: string | null, lid: string | null }> } | null, outcomes: Array<{ contact: string, result: ContactResult }>, failures: Array<{ contact: string, code: ContactFailureCode, message: string, retryable: boolean }> } | null };

export type UnblockMutationVariables = Exact<{
  instance: string;
  contacts: Array<string> | string;
}>;


export type UnblockMutation = { unblockContacts: { stanzas: number, blocked: { observedAt: string, contacts: Array<{ phoneNumber: string | null, lid: string | null }> } | null, outcomes: Array<{ contact: string, result: ContactResult }>, failures: Array<{ contact: string, code: ContactFailureCode, message: string, retryable: boolean }> } | null };

export type ShownInstanceFragment = { id: string, name: string, state: InstanceState, since: string, phoneNumber: string | null, reason: { code: StateReasonCode, message: string, retryAt: string | null } | null };

export type InstancesQueryVariables = Exact<{
  after?: string | null | undefined;
}>;


export type InstancesQuery = { instances: { nodes: Array<{ node: string | null, id: string, name: string, state: InstanceState, since: string, phoneNumber: string | null, reason: { code: StateReasonCode, message: string, retryAt: string | null } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type CreateInstanceMutationVariables = Exact<{
  name: string;
}>;


export type CreateInstanceMutation = { createInstance: { token: string, instance: { id: string, name: string, state: InstanceState, since: string, phoneNumber: string | null, reason: { code: StateReasonCode, message: string, retryAt: string | null } | null } } | null };

export type StartInstanceMutationVariables = Exact<{
  instance: string;
}>;


export type StartInstanceMutation = { startInstance: { id: string, name: string, state: InstanceState, since: string, phoneNumber: string | null, reason: { code: StateReasonCode, message: string, retryAt: string | null } | null } | null };

export type StopInstanceMutationVariables = Exact<{
  instance: string;
}>;


export type StopInstanceMutation = { stopInstance: { id: string, name: string, state: InstanceState, since: string, phoneNumber: string | null, reason: { code: StateReasonCode, message: string, retryAt: string | null } | null } | null };

export type UnlinkInstanceMutationVariables = Exact<{
  instance: string;
}>;


export type UnlinkInstanceMutation = { unlinkInstance: { id: string, name: string, state: InstanceState, since: string, phoneNumber: string | null, reason: { code: StateReasonCode, message: string, retryAt: string | null } | null } | null };

export type DeleteInstanceMutationVariables = Exact<{
  instance: string;
}>;


export type DeleteInstanceMutation = { deleteInstance: { name: string } | null };

export type PairInstanceMutationVariables = Exact<{
  instance: string;
  phoneNumber?: string | null | undefined;
}>;


export type PairInstanceMutation = { pairInstance: { id: string } | null };

export type PairingSubscriptionVariables = Exact<{
  name: string;
}>;


export type PairingSubscription = { instance: { id: string, name: string, state: InstanceState, since: string, phoneNumber: string | null, pairing: { qr: string | null, code: string | null, expiresAt: string } | null, reason: { code: StateReasonCode, message: string, retryAt: string | null } | null } | null };

export type ShownSettingsFragment = { observedAt: string, stale: boolean, visibility: { lastSeen: LastSeenPrivacy | null, status: StatusPrivacy | null, profile: ProfilePrivacy | null, online: OnlinePrivacy | null, linkedProfiles: LinkedProfilesPrivacy | null, pix: PixPrivacy | null }, privacy: { readReceipts: ReadReceiptsPrivacy | null, defense: DefensePrivacy | null, defaultDisappearing?: DefaultDisappearing | null }, permissions: { callAdd: CallAddPrivacy | null, groupAdd: GroupAddPrivacy | null, messages: MessagesPrivacy | null, stickers: StickersPrivacy | null }, other: Array<{ category: string, value: string }> };

export type ShownWarningFragment = { code: PrivacyWarningCode, field: PrivacyField, message: string };

export type PrivacyQueryVariables = Exact<{
  instance: string;
  timer: boolean;
}>;


export type PrivacyQuery = { privacy: { observedAt: string, stale: boolean, visibility: { lastSeen: LastSeenPrivacy | null, status: StatusPrivacy | null, profile: ProfilePrivacy | null, online: OnlinePrivacy | null, linkedProfiles: LinkedProfilesPrivacy | null, pix: PixPrivacy | null }, privacy: { readReceipts: ReadReceiptsPrivacy | null, defense: DefensePrivacy | null, defaultDisappearing?: DefaultDisappearing | null }, permissions: { callAdd: CallAddPrivacy | null, groupAdd: GroupAddPrivacy | null, messages: MessagesPrivacy | null, stickers: StickersPrivacy | null }, other: Array<{ category: string, value: string }> } | null };

export type PlanPrivacyQueryVariables = Exact<{
  instance: string;
  input: UpdatePrivacyInput;
}>;


export type PlanPrivacyQuery = { planPrivacy: { unchanged: Array<PrivacyField>, stanzas: number, steps: Array<{ field: PrivacyField, from: string | null, to: string }>, warnings: Array<{ code: PrivacyWarningCode, field: PrivacyField, message: string }> } | null };

export type UpdatePrivacyMutationVariables = Exact<{
  instance: string;
  input: UpdatePrivacyInput;
  timer: boolean;
}>;


export type UpdatePrivacyMutation = { updatePrivacy: { stanzas: number, settings: { observedAt: string, stale: boolean, visibility: { lastSeen: LastSeenPrivacy | null, status: StatusPrivacy | null, profile: ProfilePrivacy | null, online: OnlinePrivacy | null, linkedProfiles: LinkedProfilesPrivacy | null, pix: PixPrivacy | null }, privacy: { readReceipts: ReadReceiptsPrivacy | null, defense: DefensePrivacy | null, defaultDisappearing?: DefaultDisappearing | null }, permissions: { callAdd: CallAddPrivacy | null, groupAdd: GroupAddPrivacy | null, messages: MessagesPrivacy | null, stickers: StickersPrivacy | null }, other: Array<{ category: string, value: string }> } | null, outcomes: Array<{ field: PrivacyField, requested: string, previous: string | null, current: string | null, result: FieldResult, rolledBack: boolean | null }>, failures: Array<{ field: PrivacyField, requested: string, current: string | null, code: PartialFailureCode, message: string, retryable: boolean }>, warnings: Array<{ code: PrivacyWarningCode, field: PrivacyField, message: string }> } | null };

export type PrivacyChangesSubscriptionVariables = Exact<{
  instance: string;
  timer: boolean;
}>;


export type PrivacyChangesSubscription = { privacy: { observedAt: string, stale: boolean, visibility: { lastSeen: LastSeenPrivacy | null, status: StatusPrivacy | null, profile: ProfilePrivacy | null, online: OnlinePrivacy | null, linkedProfiles: LinkedProfilesPrivacy | null, pix: PixPrivacy | null }, privacy: { readReceipts: ReadReceiptsPrivacy | null, defense: DefensePrivacy | null, defaultDisappearing?: DefaultDisappearing | null }, permissions: { callAdd: CallAddPrivacy | null, groupAdd: GroupAddPrivacy | null, messages: MessagesPrivacy | null, stickers: StickersPrivacy | null }, other: Array<{ category: string, value: string }> } | null };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}
export const ShownOutcomeFragmentDoc = new TypedDocumentString(`
    fragment ShownOutcome on ContactOutcome {
  contact
  result
}
    `, {"fragmentName":"ShownOutcome"}) as unknown as TypedDocumentString<ShownOutcomeFragment, unknown>;
export const ShownFailureFragmentDoc = new TypedDocumentString(`
    fragment ShownFailure on ContactFailure {
  contact
  code
  message
  retryable
}
    `, {"fragmentName":"ShownFailure"}) as unknown as TypedDocumentString<ShownFailureFragment, unknown>;
export const ShownBlockedFragmentDoc = new TypedDocumentString(`
    fragment ShownBlocked on BlockedContacts {
  contacts {
    phoneNumber
    lid
  }
  observedAt
}
    `, {"fragmentName":"ShownBlocked"}) as unknown as TypedDocumentString<ShownBlockedFragment, unknown>;
export const ShownExclusionsFragmentDoc = new TypedDocumentString(`
    fragment ShownExclusions on PrivacyExclusions {
  field
  active
  contacts {
    phoneNumber
    lid
  }
  observedAt
}
    `, {"fragmentName":"ShownExclusions"}) as unknown as TypedDocumentString<ShownExclusionsFragment, unknown>;
export const ShownInstanceFragmentDoc = new TypedDocumentString(`
    fragment ShownInstance on Instance {
  id
  name
  state
  since
  phoneNumber
  reason {
    code
    message
    retryAt
  }
}
    `, {"fragmentName":"ShownInstance"}) as unknown as TypedDocumentString<ShownInstanceFragment, unknown>;
export const ShownSettingsFragmentDoc = new TypedDocumentString(`
    fragment ShownSettings on PrivacySettings {
  visibility {
    lastSeen
    status
    profile
    online
    linkedProfiles
    pix
  }
  privacy {
    readReceipts
    defense
    defaultDisappearing @include(if: $timer)
  }
  permissions {
    callAdd
    groupAdd
    messages
    stickers
  }
  other {
    category
    value
  }
  observedAt
  stale
}
    `, {"fragmentName":"ShownSettings"}) as unknown as TypedDocumentString<ShownSettingsFragment, unknown>;
export const ShownWarningFragmentDoc = new TypedDocumentString(`
    fragment ShownWarning on PrivacyWarning {
  code
  field
  message
}
    `, {"fragmentName":"ShownWarning"}) as unknown as TypedDocumentString<ShownWarningFragment, unknown>;
export const ExclusionsDocument = new TypedDocumentString(`
    query Exclusions($instance: String!, $field: ExclusionField!) {
  privacyExclusions(instance: $instance, field: $field) {
    ...ShownExclusions
  }
}
    fragment ShownExclusions on PrivacyExclusions {
  field
  active
  contacts {
    phoneNumber
    lid
  }
  observedAt
}`) as unknown as TypedDocumentString<ExclusionsQuery, ExclusionsQueryVariables>;
export const UpdateExclusionsDocument = new TypedDocumentString(`
    mutation UpdateExclusions($instance: String!, $field: ExclusionField!, $input: UpdateExclusionsInput!) {
  updatePrivacyExclusions(instance: $instance, field: $field, input: $input) {
    exclusions {
      ...ShownExclusions
    }
    outcomes {
      ...ShownOutcome
    }
    failures {
      ...ShownFailure
    }
    stanzas
  }
}
    fragment ShownOutcome on ContactOutcome {
  contact
  result
}
fragment ShownFailure on ContactFailure {
  contact
  code
  message
  retryable
}
fragment ShownExclusions on PrivacyExclusions {
  field
  active
  contacts {
    phoneNumber
    lid
  }
  observedAt
}`) as unknown as TypedDocumentString<UpdateExclusionsMutation, UpdateExclusionsMutationVariables>;
export const BlockedDocument = new TypedDocumentString(`
    query Blocked($instance: String!) {
  blockedContacts(instance: $instance) {
    ...ShownBlocked
  }
}
    fragment ShownBlocked on BlockedContacts {
  contacts {
    phoneNumber
    lid
  }
  observedAt
}`) as unknown as TypedDocumentString<BlockedQuery, BlockedQueryVariables>;
export const BlockDocument = new TypedDocumentString(`
    mutation Block($instance: String!, $contacts: [String!]!) {
  blockContacts(instance: $instance, contacts: $contacts) {
    blocked {
      ...ShownBlocked
    }
    outcomes {
      ...ShownOutcome
    }
    failures {
      ...ShownFailure
    }
    stanzas
  }
}
    fragment ShownOutcome on ContactOutcome {
  contact
  result
}
fragment ShownFailure on ContactFailure {
  contact
  code
  message
  retryable
}
fragment ShownBlocked on BlockedContacts {
  contacts {
    phoneNumber
    lid
  }
  observedAt
}`) as unknown as TypedDocumentString<BlockMutation, BlockMutationVariables>;
export const UnblockDocument = new TypedDocumentString(`
    mutation Unblock($instance: String!, $contacts: [String!]!) {
  unblockContacts(instance: $instance, contacts: $contacts) {
    blocked {
      ...ShownBlocked
    }
    outcomes {
      ...ShownOutcome
    }
    failures {
      ...ShownFailure
    }
    stanzas
  }
}
    fragment ShownOutcome on ContactOutcome {
  contact
  result
}
fragment ShownFailure on ContactFailure {
  contact
  code
  message
  retryable
}
fragment ShownBlocked on BlockedContacts {
  contacts {
    phoneNumber
    lid
  }
  observedAt
}`) as unknown as TypedDocumentString<UnblockMutation, UnblockMutationVariables>;
export const InstancesDocument = new TypedDocumentString(`
    query Instances($after: String) {
  instances(first: 100, after: $after) {
    nodes {
      ...ShownInstance
      node
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    fragment ShownInstance on Instance {
  id
  name
  state
  since
  phoneNumber
  reason {
    code
    message
    retryAt
  }
}`) as unknown as TypedDocumentString<InstancesQuery, InstancesQueryVariables>;
export const CreateInstanceDocument = new TypedDocumentString(`
    mutation CreateInstance($name: String!) {
  createInstance(name: $name) {
    instance {
      ...ShownInstance
    }
    token
  }
}
    fragment ShownInstance on Instance {
  id
  name
  state
  since
  phoneNumber
  reason {
    code
    message
    retryAt
  }
}`) as unknown as TypedDocumentString<CreateInstanceMutation, CreateInstanceMutationVariables>;
export const StartInstanceDocument = new TypedDocumentString(`
    mutation StartInstance($instance: String!) {
  startInstance(instance: $instance) {
    ...ShownInstance
  }
}
    fragment ShownInstance on Instance {
  id
  name
  state
  since
  phoneNumber
  reason {
    code
    message
    retryAt
  }
}`) as unknown as TypedDocumentString<StartInstanceMutation, StartInstanceMutationVariables>;
export const StopInstanceDocument = new TypedDocumentString(`
    mutation StopInstance($instance: String!) {
  stopInstance(instance: $instance) {
    ...ShownInstance
  }
}
    fragment ShownInstance on Instance {
  id
  name
  state
  since
  phoneNumber
  reason {
    code
    message
    retryAt
  }
}`) as unknown as TypedDocumentString<StopInstanceMutation, StopInstanceMutationVariables>;
export const UnlinkInstanceDocument = new TypedDocumentString(`
    mutation UnlinkInstance($instance: String!) {
  unlinkInstance(instance: $instance) {
    ...ShownInstance
  }
}
    fragment ShownInstance on Instance {
  id
  name
  state
  since
  phoneNumber
  reason {
    code
    message
    retryAt
  }
}`) as unknown as TypedDocumentString<UnlinkInstanceMutation, UnlinkInstanceMutationVariables>;
export const DeleteInstanceDocument = new TypedDocumentString(`
    mutation DeleteInstance($instance: String!) {
  deleteInstance(instance: $instance) {
    name
  }
}
    `) as unknown as TypedDocumentString<DeleteInstanceMutation, DeleteInstanceMutationVariables>;
export const PairInstanceDocument = new TypedDocumentString(`
    mutation PairInstance($instance: String!, $phoneNumber: String) {
  pairInstance(instance: $instance, phoneNumber: $phoneNumber) {
    id
  }
}
    `) as unknown as TypedDocumentString<PairInstanceMutation, PairInstanceMutationVariables>;
export const PairingDocument = new TypedDocumentString(`
    subscription Pairing($name: String!) {
  instance(name: $name) {
    ...ShownInstance
    pairing {
      qr
      code
      expiresAt
    }
  }
}
    fragment ShownInstance on Instance {
  id
  name
  state
  since
  phoneNumber
  reason {
    code
    message
    retryAt
  }
}`) as unknown as TypedDocumentString<PairingSubscription, PairingSubscriptionVariables>;
export const PrivacyDocument = new TypedDocumentString(`
    query Privacy($instance: String!, $timer: Boolean!) {
  privacy(instance: $instance) {
    ...ShownSettings
  }
}
    fragment ShownSettings on PrivacySettings {
  visibility {
    lastSeen
    status
    profile
    online
    linkedProfiles
    pix
  }
  privacy {
    readReceipts
    defense
    defaultDisappearing @include(if: $timer)
  }
  permissions {
    callAdd
    groupAdd
    messages
    stickers
  }
  other {
    category
    value
  }
  observedAt
  stale
}`) as unknown as TypedDocumentString<PrivacyQuery, PrivacyQueryVariables>;
export const PlanPrivacyDocument = new TypedDocumentString(`
    query PlanPrivacy($instance: String!, $input: UpdatePrivacyInput!) {
  planPrivacy(instance: $instance, input: $input) {
    steps {
      field
      from
      to
    }
    unchanged
    stanzas
    warnings {
      ...ShownWarning
    }
  }
}
    fragment ShownWarning on PrivacyWarning {
  code
  field
  message
}`) as unknown as TypedDocumentString<PlanPrivacyQuery, PlanPrivacyQueryVariables>;
export const UpdatePrivacyDocument = new TypedDocumentString(`
    mutation UpdatePrivacy($instance: String!, $input: UpdatePrivacyInput!, $timer: Boolean!) {
  updatePrivacy(instance: $instance, input: $input) {
    settings {
      ...ShownSettings
    }
    outcomes {
      field
      requested
      previous
      current
      result
      rolledBack
    }
    failures {
      field
      requested
      current
      code
      message
      retryable
    }
    warnings {
      ...ShownWarning
    }
    stanzas
  }
}
    fragment ShownSettings on PrivacySettings {
  visibility {
    lastSeen
    status
    profile
    online
    linkedProfiles
    pix
  }
  privacy {
    readReceipts
    defense
    defaultDisappearing @include(if: $timer)
  }
  permissions {
    callAdd
    groupAdd
    messages
    stickers
  }
  other {
    category
    value
  }
  observedAt
  stale
}
fragment ShownWarning on PrivacyWarning {
  code
  field
  message
}`) as unknown as TypedDocumentString<UpdatePrivacyMutation, UpdatePrivacyMutationVariables>;
export const PrivacyChangesDocument = new TypedDocumentString(`
    subscription PrivacyChanges($instance: String!, $timer: Boolean!) {
  privacy(instance: $instance) {
    ...ShownSettings
  }
}
    fragment ShownSettings on PrivacySettings {
  visibility {
    lastSeen
    status
    profile
    online
    linkedProfiles
    pix
  }
  privacy {
    readReceipts
    defense
    defaultDisappearing @include(if: $timer)
  }
  permissions {
    callAdd
    groupAdd
    messages
    stickers
  }
  other {
    category
    value
  }
  observedAt
  stale
}`) as unknown as TypedDocumentString<PrivacyChangesSubscription, PrivacyChangesSubscriptionVariables>;
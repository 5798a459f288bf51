/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';
/** Values of `callAdd`. Who can call the account. */
export type CallAddPrivacy =
  /** Everyone. */
  | 'ALL'
  /** Known callers: calls of others are silenced. */
  | 'KNOWN';

/** Why the change does not hold for one contact. */
export type ContactFailureCode =
  /** The connection went before WhatsApp answered. */
  | 'CONNECTION_LOST'
  /** WhatsApp shows the list otherwise than requested. */
  | 'MISMATCH'
  /** Nobody on WhatsApp has this number or JID. */
  | 'NOT_ON_WHATSAPP'
  /** WhatsApp refused it; the message has its code. */
  | 'REJECTED'
  /** It was not tried: the message says why. */
  | 'SKIPPED'
  /** WhatsApp did not answer in time. */
  | 'TIMED_OUT'
  /** WhatsApp did not tell which account this is, so nothing was written for it. */
  | 'UNRESOLVED'
  /** WhatsApp does not report this list for the account, so it was not written. */
  | 'UNSUPPORTED'
  /** No read could show whether it holds. */
  | 'UNVERIFIED';

/** What became of one contact. */
export type ContactResult =
  /** A read sent after our write shows it on the list. */
  | 'ADDED'
  /** It was to be added, and is on the list, and WhatsApp took no write of ours for it. */
  | 'ALREADY_LISTED'
  /** The change does not hold, or nothing proves that it does: see `failures`. */
  | 'FAILED'
  /** It was to be removed, and is not on the list, and WhatsApp took no write of ours for it. */
  | 'NOT_LISTED'
  /** A read sent after our write shows the list without it. */
  | 'REMOVED';

/** What a new token is to be. */
export type CreateTokenInput = {
  /** When it stops working, at the latest when yours does. Absent: with yours, or never. */
  expiresAt?: string | null | undefined;
  /** The name or id of the instance that it reaches alone. Absent: a token of the whole account. */
  instance?: string | null | undefined;
  /** What to know it by; 100 characters at most. */
  label?: string | null | undefined;
  /** What it may do, at most what yours may. Absent: the same as yours, for an instance's without `ADMIN`. */
  scopes?: Array<TokenScope> | null | undefined;
};

/** Values of `defaultDisappearing`. How long messages stay in chats that are begun from now on. */
export type DefaultDisappearing =
  /** Seven days. */
  | 'DAYS_7'
  /** 90 days. */
  | 'DAYS_90'
  /** A day. */
  | 'DAY_1'
  /** Until they are deleted. */
  | 'OFF';

/** Values of `defense`. Whether WhatsApp's strict protection of the account is on. */
export type DefensePrivacy =
  /** It is off. */
  | 'OFF'
  /** It is on, in WhatsApp's standard form. */
  | 'ON_STANDARD';

/** The fields that can have an exclusion list. */
export type ExclusionField =
  /** Its members can not add the account to groups. */
  | 'GROUP_ADD'
  /** Its members do not see when the account was last online. */
  | 'LAST_SEEN'
  /** Its members do not see the profile picture. */
  | 'PROFILE'
  /** Its members do not see the "about" text (not stories). */
  | 'STATUS';

/** What happens to the other fields when one fails. */
export type FailurePolicy =
  /** The others are written all the same, and what holds stays. All are written at once: the fastest policy. */
  | 'CONTINUE'
  /** All of the fields, or none: what the call changed is put back, unless the phone changed something meanwhile. `rolledBack` in `outcomes` says of each field whether it is back. Begins with a read. Nothing is written where the account lacks one of the fields, or where less than 18 of the call's 30 s are left (`TIMEOUT`): 12 s are kept to put things back. */
  | 'ROLLBACK'
  /** Fields are written one by one, each after the reply to the one before. After a failure nothing more is written: the rest is `SKIPPED`. */
  | 'STOP';

/** What became of one requested field. */
export type FieldResult =
  /** A read shows it as requested, and WhatsApp took no write of ours for it: none was sent, or it was refused. */
  | 'ALREADY_SET'
  /** A read sent after our write shows it as requested. */
  | 'APPLIED'
  /** It does not hold, or nothing proves that it does: see `failures`. */
  | 'FAILED';

/** Values of `groupAdd`. Who can add the account to groups. */
export type GroupAddPrivacy =
  /** Everyone. */
  | 'ALL'
  /** The account's contacts. */
  | 'CONTACTS'
  /** The account's contacts, except those on the field's exclusion list: see `privacyExclusions`. */
  | 'CONTACT_BLACKLIST';

/** Where an instance stands. */
export type InstanceState =
  /** WhatsApp has banned or locked the account; with `reason.retryAt` where it is for a while. */
  | 'BANNED'
  /** WhatsApp refuses this version of the client. */
  | 'CLIENT_OUTDATED'
  /** Connects and logs in. */
  | 'CONNECTING'
  /** WhatsApp has unlinked the device: it must be paired again. */
  | 'LOGGED_OUT'
  /** Logged in, and its settings are known: it can be read and changed. */
  | 'OPEN'
  /** Waits for its QR code to be scanned, or its pairing code to be typed. */
  | 'PAIRING'
  /** WhatsApp asks for a passkey on the phone. */
  | 'PASSKEY_REQUIRED'
  /** Lost its connection and tries again by itself, or waits for its turn to log in. */
  | 'RECONNECTING'
  /** Another connection took its place. */
  | 'REPLACED'
  /** Stopped by the user, or by a failure: see `reason`. */
  | 'STOPPED'
  /** Not linked to a WhatsApp account yet. */
  | 'UNPAIRED';

/** Values of `lastSeen`. Who sees when the account was last online. */
export type LastSeenPrivacy =
  /** Everyone. */
  | 'ALL'
  /** The account's contacts. */
  | 'CONTACTS'
  /** The account's contacts, except those on the field's exclusion list: see `privacyExclusions`. */
  | 'CONTACT_BLACKLIST'
  /** Nobody. */
  | 'NONE';

/** Values of `linkedProfiles`. Who sees the profiles elsewhere that the account links to. */
export type LinkedProfilesPrivacy =
  /** Everyone. */
  | 'ALL'
  /** The account's contacts. */
  | 'CONTACTS'
  /** The account's contacts, except those on the field's exclusion list: see `privacyExclusions`. */
  | 'CONTACT_BLACKLIST'
  /** Nobody. */
  | 'NONE';

/** Values of `messages`. Who can send the account messages. */
export type MessagesPrivacy =
  /** Everyone. */
  | 'ALL'
  /** The account's contacts. */
  | 'CONTACTS';

/** Values of `online`. Who sees that the account is online right now. */
export type OnlinePrivacy =
  /** Everyone. */
  | 'ALL'
  /** Whoever sees the last seen. */
  | 'MATCH_LAST_SEEN';

/** Why a requested field does not hold. */
export type PartialFailureCode =
  /** The connection went before WhatsApp answered. */
  | 'CONNECTION_LOST'
  /** WhatsApp shows another value than requested. */
  | 'MISMATCH'
  /** WhatsApp refused it; the message has its code. */
  | 'REJECTED'
  /** It held, and was put back because another field failed. */
  | 'ROLLED_BACK'
  /** It was not tried: the message says why. */
  | 'SKIPPED'
  /** WhatsApp did not answer in time. */
  | 'TIMED_OUT'
  /** WhatsApp does not report this setting for the account, so it was not written. */
  | 'UNSUPPORTED'
  /** No read could show whether it holds. */
  | 'UNVERIFIED';

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
export type PixPrivacy =
  /** Everyone. */
  | 'ALL'
  /** The account's contacts. */
  | 'CONTACTS'
  /** The account's contacts, except those on the field's exclusion list: see `privacyExclusions`. */
  | 'CONTACT_BLACKLIST'
  /** Nobody. */
  | 'NONE';

/** The settings that this version models. */
export type PrivacyField =
  /** Who can call the account. */
  | 'CALL_ADD'
  /** How long messages stay in chats that are begun from now on. */
  | 'DEFAULT_DISAPPEARING'
  /** Whether WhatsApp's strict protection of the account is on. */
  | 'DEFENSE'
  /** Who can add the account to groups. */
  | 'GROUP_ADD'
  /** Who sees when the account was last online. */
  | 'LAST_SEEN'
  /** Who sees the profiles elsewhere that the account links to. */
  | 'LINKED_PROFILES'
  /** Who can send the account messages. */
  | 'MESSAGES'
  /** Who sees that the account is online right now. */
  | 'ONLINE'
  /** Who sees the account's Pix key, for payments in Brazil. */
  | 'PIX'
  /** Who sees the profile picture. */
  | 'PROFILE'
  /** Whether read receipts are sent and shown. Reciprocal; does not cover groups. */
  | 'READ_RECEIPTS'
  /** Who sees the "about" text (not stories). */
  | 'STATUS'
  /** Who can use the account's stickers. */
  | 'STICKERS';

/** What there is to know about a requested value. */
export type PrivacyWarningCode =
  /** WhatsApp does not show the account what it hides from others. */
  | 'HIDDEN_IN_TURN'
  /** `MATCH_LAST_SEEN` changes nothing while `lastSeen` is `ALL`. */
  | 'MATCHES_EVERYONE'
  /** `CONTACT_BLACKLIST` begins with an empty list, so it means all contacts until `updatePrivacyExclusions` puts someone on it. */
  | 'NOBODY_EXCLUDED'
  /** Without read receipts the account does not see others' either; groups still have them. */
  | 'RECIPROCAL_RECEIPTS'
  /** `callAdd: KNOWN` silences calls, it does not block them. */
  | 'SILENCED_NOT_BLOCKED'
  /** WhatsApp does not report this setting for the account, so it is not written. Only in plans: an update says so in `failures`. */
  | 'UNSUPPORTED';

/** Values of `profile`. Who sees the profile picture. */
export type ProfilePrivacy =
  /** Everyone. */
  | 'ALL'
  /** The account's contacts. */
  | 'CONTACTS'
  /** The account's contacts, except those on the field's exclusion list: see `privacyExclusions`. */
  | 'CONTACT_BLACKLIST'
  /** Nobody. */
  | 'NONE';

/** Values of `readReceipts`. Whether read receipts are sent and shown. Reciprocal; does not cover groups. */
export type ReadReceiptsPrivacy =
  /** Read receipts are sent and shown. */
  | 'ALL'
  /** Read receipts are neither sent nor shown. */
  | 'NONE';

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
export type StateReasonCode =
  /** WhatsApp banned the account. What to do: settle it on the phone, then `startInstance`, or `unlinkInstance` and pair again. */
  | 'BANNED'
  /** WhatsApp asks for a newer client. What to do: update Privet. */
  | 'CLIENT_OUTDATED'
  /** The server compresses the connection, which was not asked for. What to do: look at what stands between; report it where it lasts. */
  | 'COMPRESSION_FORCED'
  /** The connection was closed. What to do: wait. */
  | 'CONNECTION_CLOSED'
  /** WhatsApp stopped answering. What to do: wait. */
  | 'CONNECTION_LOST'
  /** WhatsApp did not get on with the login. What to do: wait. */
  | 'CONNECT_TIMED_OUT'
  /** The stored login could not be read; nothing was changed. What to do: see the log; mend the key or restore a backup, then `startInstance`. */
  | 'CREDENTIALS_UNREADABLE'
  /** It was logged out on the phone. What to do: pair again. */
  | 'DEVICE_REMOVED'
  /** WhatsApp did not show the settings after the login. What to do: wait. */
  | 'FIRST_READ_FAILED'
  /** The server sent more at once than is taken. What to do: look at what stands between; report it where it lasts. */
  | 'FRAME_TOO_LARGE'
  /** The server was not reached, or did not prove to be WhatsApp. What to do: look at the network where it lasts. */
  | 'HANDSHAKE_FAILED'
  /** The session failed; the log says why. What to do: `startInstance`, or pair again where it was not linked yet. */
  | 'INTERNAL_ERROR'
  /** WhatsApp locked the account, or its phone is gone. What to do: settle it on the phone, then `startInstance`, or `unlinkInstance` and pair again. */
  | 'LOCKED'
  /** It was logged out by WhatsApp. What to do: pair again. */
  | 'LOGGED_OUT'
  /** WhatsApp asks other instances for a newer client, so this one waits for its turn to try. What to do: wait. */
  | 'LOGINS_HELD_UP'
  /** WhatsApp refused the login for now; `status` is its code. What to do: wait. */
  | 'LOGIN_FAILURE'
  /** No node of the service has the instance at present, or the one that has it does not answer. What to do: wait. */
  | 'MOVING'
  /** It was linked, and logs in. What to do: wait. */
  | 'PAIRED'
  /** The service ended, or lost touch with its database, while the instance was being paired. What to do: pair again. */
  | 'PAIRING_ENDED'
  /** Nobody scanned the QR code or typed the code in time. What to do: pair again. */
  | 'PAIRING_EXPIRED'
  /** WhatsApp gave no pairing code, and why. What to do: as the message says: later, another number, or by QR. */
  | 'PAIRING_REFUSED'
  /** WhatsApp did not confirm the pairing code. What to do: as the message says: later, another number, or by QR. */
  | 'PAIRING_UNANSWERED'
  /** Whoever answered the pairing did not prove to be the phone; nothing was linked. What to do: pair again; if it comes again, somebody between may be tampering. */
  | 'PAIRING_UNPROVEN'
  /** WhatsApp asks for a passkey, which Privet can't give. What to do: pair again; it fails as long as WhatsApp asks. */
  | 'PASSKEY_REQUIRED'
  /** Another client logged in with the same credentials. What to do: end that one; without a `retryAt` then `startInstance`. */
  | 'REPLACED'
  /** WhatsApp asked for a new connection. What to do: wait. */
  | 'RESTART_REQUIRED'
  /** It waits for its turn to log in. What to do: wait. */
  | 'STARTING'
  /** `stopInstance` was called. What to do: `startInstance`. */
  | 'STOPPED_BY_USER'
  /** The database failed. What to do: look at the log and the disk. */
  | 'STORAGE_FAILED'
  /** WhatsApp ended the connection. What to do: wait. */
  | 'STREAM_ENDED'
  /** WhatsApp ended the connection with an error; `status` is its code, if it gave one. What to do: wait. */
  | 'STREAM_ERROR'
  /** Another process of the service has the instance, so this one does nothing with it. What to do: ask that one; end this one where both have the same data. */
  | 'TAKEN_OVER'
  /** WhatsApp banned the account for a while. What to do: wait. */
  | 'TEMPORARY_BAN'
  /** Another version of Privet stored it; the message says more. What to do: update Privet. */
  | 'UNKNOWN'
  /** It was logged out by `unlinkInstance`. What to do: pair again. */
  | 'UNLINKED_BY_USER'
  /** It was unlinked by `unlinkInstance` without a connection: WhatsApp was not told. What to do: remove the device on the phone, which still lists it; pair again. */
  | 'UNLINKED_HERE'
  /** WhatsApp was not reached. What to do: look at the network where it lasts. */
  | 'UNREACHABLE'
  /** What WhatsApp sent could not be read, so the connection was given up. What to do: wait. */
  | 'UNREADABLE_FRAME'
  /** The server refused the connection. What to do: look at the network where it lasts. */
  | 'UPGRADE_REFUSED'
  /** A change went unanswered, so the connection was ended: it must not land later. What to do: wait. */
  | 'WRITE_UNANSWERED';

/** Values of `status`. Who sees the "about" text (not stories). */
export type StatusPrivacy =
  /** Everyone. */
  | 'ALL'
  /** The account's contacts. */
  | 'CONTACTS'
  /** The account's contacts, except those on the field's exclusion list: see `privacyExclusions`. */
  | 'CONTACT_BLACKLIST'
  /** Nobody. */
  | 'NONE';

/** Values of `stickers`. Who can use the account's stickers. */
export type StickersPrivacy =
  /** The account's contacts. */
  | 'CONTACTS'
  /** Those of the account's contacts who are on a list kept on the phone. */
  | 'CONTACT_ALLOWLIST'
  /** Nobody. */
  | 'NONE';

/** What a token may do. */
export type TokenScope =
  /** Create and delete instances, and manage tokens. */
  | 'ADMIN'
  /** Link, start, stop and unlink instances, and see what links a phone. */
  | 'PAIR'
  /** Read instances, their settings and their lists of contacts. */
  | 'READ'
  /** Change privacy settings and lists of contacts, and see in the answer what holds then. */
  | 'WRITE';

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

export type ViewerQueryVariables = Exact<{ [key: string]: never; }>;


export type ViewerQuery = { viewer: { account: { id: string, label: string }, token: { id: string, label: string, scopes: Array<TokenScope>, expiresAt: string | null, instance: { id: string, name: string } | null } } | null };

export type ReadExclusionsQueryVariables = Exact<{
  instance: string;
  field: ExclusionField;
}>;


export type ReadExclusionsQuery = { privacyExclusions: { active: boolean, observedAt: string, contacts: Array<{ phoneNumber: string | null, lid: string | null }> } | null };

export type UpdateExclusionsMutationVariables = Exact<{
  instance: string;
  field: ExclusionField;
  input: UpdateExclusionsInput;
}>;


export type UpdateExclusionsMutation = { updatePrivacyExclusions: { stanzas: number, exclusions: { active: boolean, observedAt: string, contacts: Array<{ phoneNumber: string | null, lid: string | null }> } | null, outcomes: Array<{ contact: string, result: ContactResult }>, failures: Array<{ contact: string, code: ContactFailureCode, message: string, retryable: boolean }> } | null };

export type ReadBlockedQueryVariables = Exact<{
  instance: string;
}>;


export type ReadBlockedQuery = { blockedContacts: { observedAt: string, contacts: Array<{ phoneNumber: string | null, lid: string | null }> } | null };

export type BlockContactsMutationVariables = Exact<{
  instance: string;
  contacts: Array<string> | string;
}>;


export type BlockContactsMutation = { blockContacts: { stanzas: number, blocked: { observedAt: string, contacts: Array<{ phoneNumber: string | null, lid: string | null }> } | null, outcomes: Array<{ contact: string, result: ContactResult }>, failures: Array<{ contact: string, code: ContactFailureCode, message: string, retryable: boolean }> } | null };

export type UnblockContactsMutationVariables = Exact<{
  instance: string;
  contacts: Array<string> | string;
}>;


export type UnblockContactsMutation = { unblockContacts: { stanzas: number, blocked: { observedAt: string, contacts: Array<{ phoneNumber: string | null, lid: string | null }> } | null, outcomes: Array<{ contact: string, result: ContactResult }>, failures: Array<{ contact: string, code: ContactFailureCode, message: string, retryable: boolean }> } | null };

export type HeldSettingsFragment = { id: string, observedAt: string, stale: boolean, visibility: { lastSeen: LastSeenPrivacy | null, status: StatusPrivacy | null, profile: ProfilePrivacy | null, online: OnlinePrivacy | null, linkedProfiles: LinkedProfilesPrivacy | null, pix: PixPrivacy | null }, privacy: { readReceipts: ReadReceiptsPrivacy | null, defense: DefensePrivacy | null, defaultDisappearing: DefaultDisappearing | null }, permissions: { callAdd: CallAddPrivacy | null, groupAdd: GroupAddPrivacy | null, messages: MessagesPrivacy | null, stickers: StickersPrivacy | null }, other: Array<{ category: string, value: string }> };

export type WatchInstanceSubscriptionVariables = Exact<{
  name: string;
}>;


export type WatchInstanceSubscription = { instance: { id: string, name: string, state: InstanceState, since: string, phoneNumber: string | null, reason: { code: StateReasonCode, status: number | null, message: string, retryAt: string | null } | null, capabilities: Array<{ field: PrivacyField, values: Array<string>, exclusions: boolean }>, lastSettings: { id: string, observedAt: string, stale: boolean, visibility: { lastSeen: LastSeenPrivacy | null, status: StatusPrivacy | null, profile: ProfilePrivacy | null, online: OnlinePrivacy | null, linkedProfiles: LinkedProfilesPrivacy | null, pix: PixPrivacy | null }, privacy: { readReceipts: ReadReceiptsPrivacy | null, defense: DefensePrivacy | null, defaultDisappearing: DefaultDisappearing | null }, permissions: { callAdd: CallAddPrivacy | null, groupAdd: GroupAddPrivacy | null, messages: MessagesPrivacy | null, stickers: StickersPrivacy | null }, other: Array<{ category: string, value: string }> } | null } | null };

export type WatchPrivacySubscriptionVariables = Exact<{
  instance: string;
}>;


export type WatchPrivacySubscription = { privacy: { id: string, observedAt: string, stale: boolean, visibility: { lastSeen: LastSeenPrivacy | null, status: StatusPrivacy | null, profile: ProfilePrivacy | null, online: OnlinePrivacy | null, linkedProfiles: LinkedProfilesPrivacy | null, pix: PixPrivacy | null }, privacy: { readReceipts: ReadReceiptsPrivacy | null, defense: DefensePrivacy | null, defaultDisappearing: DefaultDisappearing | null }, permissions: { callAdd: CallAddPrivacy | null, groupAdd: GroupAddPrivacy | null, messages: MessagesPrivacy | null, stickers: StickersPrivacy | null }, other: Array<{ category: string, value: string }> } | null };

export type ReadPrivacyQueryVariables = Exact<{
  instance: string;
}>;


export type ReadPrivacyQuery = { privacy: { id: string, observedAt: string, stale: boolean, visibility: { lastSeen: LastSeenPrivacy | null, status: StatusPrivacy | null, profile: ProfilePrivacy | null, online: OnlinePrivacy | null, linkedProfiles: LinkedProfilesPrivacy | null, pix: PixPrivacy | null }, privacy: { readReceipts: ReadReceiptsPrivacy | null, defense: DefensePrivacy | null, defaultDisappearing: DefaultDisappearing | null }, permissions: { callAdd: CallAddPrivacy | null, groupAdd: GroupAddPrivacy | null, messages: MessagesPrivacy | null, stickers: StickersPrivacy | null }, other: Array<{ category: string, value: string }> } | null };

export type PlanPrivacyQueryVariables = Exact<{
  instance: string;
  input: UpdatePrivacyInput;
}>;


export type PlanPrivacyQuery = { planPrivacy: { unchanged: Array<PrivacyField>, stanzas: number, steps: Array<{ field: PrivacyField, from: string | null, to: string }>, warnings: Array<{ code: PrivacyWarningCode, field: PrivacyField, message: string }> } | null };

export type UpdatePrivacyMutationVariables = Exact<{
  instance: string;
  input: UpdatePrivacyInput;
}>;


export type UpdatePrivacyMutation = { updatePrivacy: { stanzas: number, settings: { id: string, observedAt: string, stale: boolean, visibility: { lastSeen: LastSeenPrivacy | null, status: StatusPrivacy | null, profile: ProfilePrivacy | null, online: OnlinePrivacy | null, linkedProfiles: LinkedProfilesPrivacy | null, pix: PixPrivacy | null }, privacy: { readReceipts: ReadReceiptsPrivacy | null, defense: DefensePrivacy | null, defaultDisappearing: DefaultDisappearing | null }, permissions: { callAdd: CallAddPrivacy | null, groupAdd: GroupAddPrivacy | null, messages: MessagesPrivacy | null, stickers: StickersPrivacy | null }, other: Array<{ category: string, value: string }> } | null, outcomes: Array<{ field: PrivacyField, requested: string, previous: string | null, current: string | null, result: FieldResult, rolledBack: boolean | null }>, failures: Array<{ field: PrivacyField, requested: string, current: string | null, code: PartialFailureCode, message: string, retryable: boolean }>, warnings: Array<{ code: PrivacyWarningCode, field: PrivacyField, message: string }> } | null };

export type ListedSettingsFragment = { id: string, observedAt: string, stale: boolean, visibility: { lastSeen: LastSeenPrivacy | null, status: StatusPrivacy | null, profile: ProfilePrivacy | null, online: OnlinePrivacy | null }, privacy: { readReceipts: ReadReceiptsPrivacy | null }, permissions: { callAdd: CallAddPrivacy | null, groupAdd: GroupAddPrivacy | null } };

export type WatchInstancesSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type WatchInstancesSubscription = { instanceChanges: { deleted: string | null, caughtUp: boolean, instance: { id: string, name: string, state: InstanceState, since: string, phoneNumber: string | null, reason: { code: StateReasonCode, message: string, retryAt: string | null } | null, lastSettings: { id: string, observedAt: string, stale: boolean, visibility: { lastSeen: LastSeenPrivacy | null, status: StatusPrivacy | null, profile: ProfilePrivacy | null, online: OnlinePrivacy | null }, privacy: { readReceipts: ReadReceiptsPrivacy | null }, permissions: { callAdd: CallAddPrivacy | null, groupAdd: GroupAddPrivacy | null } } | null } | null } | null };

export type WatchSettingsSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type WatchSettingsSubscription = { privacyChanges: { deleted: string | null, caughtUp: boolean, settings: { id: string, observedAt: string, stale: boolean, instance: { id: string }, visibility: { lastSeen: LastSeenPrivacy | null, status: StatusPrivacy | null, profile: ProfilePrivacy | null, online: OnlinePrivacy | null }, privacy: { readReceipts: ReadReceiptsPrivacy | null }, permissions: { callAdd: CallAddPrivacy | null, groupAdd: GroupAddPrivacy | null } } | null } | null };

export type OwnInstanceQueryVariables = Exact<{ [key: string]: never; }>;


export type OwnInstanceQuery = { viewer: { token: { id: string, instance: { id: string, name: string, state: InstanceState, since: string, phoneNumber: string | null, reason: { code: StateReasonCode, message: string, retryAt: string | null } | null, lastSettings: { id: string, observedAt: string, stale: boolean, visibility: { lastSeen: LastSeenPrivacy | null, status: StatusPrivacy | null, profile: ProfilePrivacy | null, online: OnlinePrivacy | null }, privacy: { readReceipts: ReadReceiptsPrivacy | null }, permissions: { callAdd: CallAddPrivacy | null, groupAdd: GroupAddPrivacy | null } } | null } | null } } | null };

export type CreateInstanceMutationVariables = Exact<{
  name: string;
}>;


export type CreateInstanceMutation = { createInstance: { token: string, instance: { name: string } } | null };

export type PairInstanceMutationVariables = Exact<{
  instance: string;
  phoneNumber?: string | null | undefined;
}>;


export type PairInstanceMutation = { pairInstance: { id: string, name: string, state: InstanceState, phoneNumber: string | null, reason: { code: StateReasonCode, status: number | null, message: string, retryAt: string | null } | null, pairing: { qr: string | null, code: string | null, expiresAt: string } | null } | null };

export type InstanceToLinkSubscriptionVariables = Exact<{
  name: string;
}>;


export type InstanceToLinkSubscription = { instance: { id: string, name: string, state: InstanceState, phoneNumber: string | null, reason: { code: StateReasonCode, status: number | null, message: string, retryAt: string | null } | null, pairing: { qr: string | null, code: string | null, expiresAt: string } | null } | null };

export type InstanceToLinkFragment = { id: string, name: string, state: InstanceState, phoneNumber: string | null, reason: { code: StateReasonCode, status: number | null, message: string, retryAt: string | null } | null, pairing: { qr: string | null, code: string | null, expiresAt: string } | null };

export type TokensQueryVariables = Exact<{
  after?: string | null | undefined;
}>;


export type TokensQuery = { tokens: { totalCount: number, nodes: Array<{ id: string, label: string, scopes: Array<TokenScope>, createdAt: string, expiresAt: string | null, revokedAt: string | null, lastUsedAt: string | null, instance: { id: string, name: string } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null };

export type InstanceNamesQueryVariables = Exact<{ [key: string]: never; }>;


export type InstanceNamesQuery = { instances: { nodes: Array<{ id: string, name: string }> } };

export type CreateTokenMutationVariables = Exact<{
  input: CreateTokenInput;
}>;


export type CreateTokenMutation = { createToken: { token: string } | null };

export type RotateTokenMutationVariables = Exact<{
  id: string | number;
  overlapSeconds: number;
}>;


export type RotateTokenMutation = { rotateToken: { token: string } | null };

export type RevokeTokenMutationVariables = Exact<{
  id: string | number;
}>;


export type RevokeTokenMutation = { revokeToken: { id: string } | null };

export type TokenFactsFragment = { id: string, label: string, scopes: Array<TokenScope>, createdAt: string, expiresAt: string | null, revokedAt: string | null, lastUsedAt: string | null, instance: { id: string, name: string } | null };

export type StartInstanceMutationVariables = Exact<{
  instance: string;
}>;


export type StartInstanceMutation = { startInstance: { id: string, state: InstanceState } | null };

export type StopInstanceMutationVariables = Exact<{
  instance: string;
}>;


export type StopInstanceMutation = { stopInstance: { id: string, state: InstanceState } | null };

export type UnlinkInstanceMutationVariables = Exact<{
  instance: string;
}>;


export type UnlinkInstanceMutation = { unlinkInstance: { id: string, state: InstanceState } | null };

export type DeleteInstanceMutationVariables = Exact<{
  instance: string;
}>;


export type DeleteInstanceMutation = { deleteInstance: { name: string } | null };

export type RotateInstanceTokenMutationVariables = Exact<{
  instance: string;
}>;


export type RotateInstanceTokenMutation = { rotateInstanceToken: { token: string } | null };

export const HeldSettingsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"HeldSettings"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"PrivacySettings"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"visibility"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"lastSeen"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"profile"}},{"kind":"Field","name":{"kind":"Name","value":"online"}},{"kind":"Field","name":{"kind":"Name","value":"linkedProfiles"}},{"kind":"Field","name":{"kind":"Name","value":"pix"}}]}},{"kind":"Field","name":{"kind":"Name","value":"privacy"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"readReceipts"}},{"kind":"Field","name":{"kind":"Name","value":"defense"}},{"kind":"Field","name":{"kind":"Name","value":"defaultDisappearing"}}]}},{"kind":"Field","name":{"kind":"Name","value":"permissions"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"callAdd"}},{"kind":"Field","name":{"kind":"Name","value":"groupAdd"}},{"kind":"Field","name":{"kind":"Name","value":"messages"}},{"kind":"Field","name":{"kind":"Name","value":"stickers"}}]}},{"kind":"Field","name":{"kind":"Name","value":"other"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"category"}},{"kind":"Field","name":{"kind":"Name","value":"value"}}]}},{"kind":"Field","name":{"kind":"Name","value":"observedAt"}},{"kind":"Field","name":{"kind":"Name","value":"stale"}}]}}]} as unknown as DocumentNode<HeldSettingsFragment, unknown>;
export const ListedSettingsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ListedSettings"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"PrivacySettings"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"visibility"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"lastSeen"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"profile"}},{"kind":"Field","name":{"kind":"Name","value":"online"}}]}},{"kind":"Field","name":{"kind":"Name","value":"privacy"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"readReceipts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"permissions"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"callAdd"}},{"kind":"Field","name":{"kind":"Name","value":"groupAdd"}}]}},{"kind":"Field","name":{"kind":"Name","value":"observedAt"}},{"kind":"Field","name":{"kind":"Name","value":"stale"}}]}}]} as unknown as DocumentNode<ListedSettingsFragment, unknown>;
export const InstanceToLinkFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"InstanceToLink"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Instance"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"reason"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"retryAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"phoneNumber"}},{"kind":"Field","name":{"kind":"Name","value":"pairing"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"qr"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}}]}}]} as unknown as DocumentNode<InstanceToLinkFragment, unknown>;
export const TokenFactsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"TokenFacts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Token"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"label"}},{"kind":"Field","name":{"kind":"Name","value":"scopes"}},{"kind":"Field","name":{"kind":"Name","value":"instance"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"revokedAt"}},{"kind":"Field","name":{"kind":"Name","value":"lastUsedAt"}}]}}]} as unknown as DocumentNode<TokenFactsFragment, unknown>;
export const ViewerDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Viewer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"viewer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"account"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"label"}}]}},{"kind":"Field","name":{"kind":"Name","value":"token"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"label"}},{"kind":"Field","name":{"kind":"Name","value":"scopes"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"instance"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}}]}}]}}]}}]} as unknown as DocumentNode<ViewerQuery, ViewerQueryVariables>;
export const ReadExclusionsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"ReadExclusions"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"instance"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"field"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ExclusionField"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"privacyExclusions"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"instance"},"value":{"kind":"Variable","name":{"kind":"Name","value":"instance"}}},{"kind":"Argument","name":{"kind":"Name","value":"field"},"value":{"kind":"Variable","name":{"kind":"Name","value":"field"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"active"}},{"kind":"Field","name":{"kind":"Name","value":"contacts"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"phoneNumber"}},{"kind":"Field","name":{"kind":"Name","value":"lid"}}]}},{"kind":"Field","name":{"kind":"Name","value":"observedAt"}}]}}]}}]} as unknown as DocumentNode<ReadExclusionsQuery, ReadExclusionsQueryVariables>;
export const UpdateExclusionsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"UpdateExclusions"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"instance"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"field"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ExclusionField"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"UpdateExclusionsInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"updatePrivacyExclusions"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"instance"},"value":{"kind":"Variable","name":{"kind":"Name","value":"instance"}}},{"kind":"Argument","name":{"kind":"Name","value":"field"},"value":{"kind":"Variable","name":{"kind":"Name","value":"field"}}},{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"exclusions"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"active"}},{"kind":"Field","name":{"kind":"Name","value":"contacts"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"phoneNumber"}},{"kind":"Field","name":{"kind":"Name","value":"lid"}}]}},{"kind":"Field","name":{"kind":"Name","value":"observedAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"outcomes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"contact"}},{"kind":"Field","name":{"kind":"Name","value":"result"}}]}},{"kind":"Field","name":{"kind":"Name","value":"failures"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"contact"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"retryable"}}]}},{"kind":"Field","name":{"kind":"Name","value":"stanzas"}}]}}]}}]} as unknown as DocumentNode<UpdateExclusionsMutation, UpdateExclusionsMutationVariables>;
export const ReadBlockedDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"ReadBlocked"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"instance"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"blockedContacts"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"instance"},"value":{"kind":"Variable","name":{"kind":"Name","value":"instance"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"contacts"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"phoneNumber"}},{"kind":"Field","name":{"kind":"Name","value":"lid"}}]}},{"kind":"Field","name":{"kind":"Name","value":"observedAt"}}]}}]}}]} as unknown as DocumentNode<ReadBlockedQuery, ReadBlockedQueryVariables>;
export const BlockContactsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"BlockContacts"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"instance"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"contacts"}},"type":{"kind":"NonNullType","type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"blockContacts"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"instance"},"value":{"kind":"Variable","name":{"kind":"Name","value":"instance"}}},{"kind":"Argument","name":{"kind":"Name","value":"contacts"},"value":{"kind":"Variable","name":{"kind":"Name","value":"contacts"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"blocked"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"contacts"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"phoneNumber"}},{"kind":"Field","name":{"kind":"Name","value":"lid"}}]}},{"kind":"Field","name":{"kind":"Name","value":"observedAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"outcomes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"contact"}},{"kind":"Field","name":{"kind":"Name","value":"result"}}]}},{"kind":"Field","name":{"kind":"Name","value":"failures"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"contact"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"retryable"}}]}},{"kind":"Field","name":{"kind":"Name","value":"stanzas"}}]}}]}}]} as unknown as DocumentNode<BlockContactsMutation, BlockContactsMutationVariables>;
export const UnblockContactsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"UnblockContacts"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"instance"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"contacts"}},"type":{"kind":"NonNullType","type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"unblockContacts"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"instance"},"value":{"kind":"Variable","name":{"kind":"Name","value":"instance"}}},{"kind":"Argument","name":{"kind":"Name","value":"contacts"},"value":{"kind":"Variable","name":{"kind":"Name","value":"contacts"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"blocked"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"contacts"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"phoneNumber"}},{"kind":"Field","name":{"kind":"Name","value":"lid"}}]}},{"kind":"Field","name":{"kind":"Name","value":"observedAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"outcomes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"contact"}},{"kind":"Field","name":{"kind":"Name","value":"result"}}]}},{"kind":"Field","name":{"kind":"Name","value":"failures"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"contact"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"retryable"}}]}},{"kind":"Field","name":{"kind":"Name","value":"stanzas"}}]}}]}}]} as unknown as DocumentNode<UnblockContactsMutation, UnblockContactsMutationVariables>;
export const WatchInstanceDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"WatchInstance"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"name"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"instance"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"name"},"value":{"kind":"Variable","name":{"kind":"Name","value":"name"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"since"}},{"kind":"Field","name":{"kind":"Name","value":"reason"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"retryAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"phoneNumber"}},{"kind":"Field","name":{"kind":"Name","value":"capabilities"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"field"}},{"kind":"Field","name":{"kind":"Name","value":"values"}},{"kind":"Field","name":{"kind":"Name","value":"exclusions"}}]}},{"kind":"Field","name":{"kind":"Name","value":"lastSettings"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"HeldSettings"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"HeldSettings"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"PrivacySettings"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"visibility"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"lastSeen"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"profile"}},{"kind":"Field","name":{"kind":"Name","value":"online"}},{"kind":"Field","name":{"kind":"Name","value":"linkedProfiles"}},{"kind":"Field","name":{"kind":"Name","value":"pix"}}]}},{"kind":"Field","name":{"kind":"Name","value":"privacy"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"readReceipts"}},{"kind":"Field","name":{"kind":"Name","value":"defense"}},{"kind":"Field","name":{"kind":"Name","value":"defaultDisappearing"}}]}},{"kind":"Field","name":{"kind":"Name","value":"permissions"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"callAdd"}},{"kind":"Field","name":{"kind":"Name","value":"groupAdd"}},{"kind":"Field","name":{"kind":"Name","value":"messages"}},{"kind":"Field","name":{"kind":"Name","value":"stickers"}}]}},{"kind":"Field","name":{"kind":"Name","value":"other"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"category"}},{"kind":"Field","name":{"kind":"Name","value":"value"}}]}},{"kind":"Field","name":{"kind":"Name","value":"observedAt"}},{"kind":"Field","name":{"kind":"Name","value":"stale"}}]}}]} as unknown as DocumentNode<WatchInstanceSubscription, WatchInstanceSubscriptionVariables>;
export const WatchPrivacyDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"WatchPrivacy"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"instance"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"privacy"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"instance"},"value":{"kind":"Variable","name":{"kind":"Name","value":"instance"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"HeldSettings"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"HeldSettings"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"PrivacySettings"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"visibility"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"lastSeen"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"profile"}},{"kind":"Field","name":{"kind":"Name","value":"online"}},{"kind":"Field","name":{"kind":"Name","value":"linkedProfiles"}},{"kind":"Field","name":{"kind":"Name","value":"pix"}}]}},{"kind":"Field","name":{"kind":"Name","value":"privacy"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"readReceipts"}},{"kind":"Field","name":{"kind":"Name","value":"defense"}},{"kind":"Field","name":{"kind":"Name","value":"defaultDisappearing"}}]}},{"kind":"Field","name":{"kind":"Name","value":"permissions"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"callAdd"}},{"kind":"Field","name":{"kind":"Name","value":"groupAdd"}},{"kind":"Field","name":{"kind":"Name","value":"messages"}},{"kind":"Field","name":{"kind":"Name","value":"stickers"}}]}},{"kind":"Field","name":{"kind":"Name","value":"other"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"category"}},{"kind":"Field","name":{"kind":"Name","value":"value"}}]}},{"kind":"Field","name":{"kind":"Name","value":"observedAt"}},{"kind":"Field","name":{"kind":"Name","value":"stale"}}]}}]} as unknown as DocumentNode<WatchPrivacySubscription, WatchPrivacySubscriptionVariables>;
export const ReadPrivacyDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"ReadPrivacy"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"instance"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"privacy"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"instance"},"value":{"kind":"Variable","name":{"kind":"Name","value":"instance"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"HeldSettings"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"HeldSettings"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"PrivacySettings"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"visibility"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"lastSeen"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"profile"}},{"kind":"Field","name":{"kind":"Name","value":"online"}},{"kind":"Field","name":{"kind":"Name","value":"linkedProfiles"}},{"kind":"Field","name":{"kind":"Name","value":"pix"}}]}},{"kind":"Field","name":{"kind":"Name","value":"privacy"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"readReceipts"}},{"kind":"Field","name":{"kind":"Name","value":"defense"}},{"kind":"Field","name":{"kind":"Name","value":"defaultDisappearing"}}]}},{"kind":"Field","name":{"kind":"Name","value":"permissions"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"callAdd"}},{"kind":"Field","name":{"kind":"Name","value":"groupAdd"}},{"kind":"Field","name":{"kind":"Name","value":"messages"}},{"kind":"Field","name":{"kind":"Name","value":"stickers"}}]}},{"kind":"Field","name":{"kind":"Name","value":"other"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"category"}},{"kind":"Field","name":{"kind":"Name","value":"value"}}]}},{"kind":"Field","name":{"kind":"Name","value":"observedAt"}},{"kind":"Field","name":{"kind":"Name","value":"stale"}}]}}]} as unknown as DocumentNode<ReadPrivacyQuery, ReadPrivacyQueryVariables>;
export const PlanPrivacyDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"PlanPrivacy"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"instance"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"UpdatePrivacyInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"planPrivacy"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"instance"},"value":{"kind":"Variable","name":{"kind":"Name","value":"instance"}}},{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"steps"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"field"}},{"kind":"Field","name":{"kind":"Name","value":"from"}},{"kind":"Field","name":{"kind":"Name","value":"to"}}]}},{"kind":"Field","name":{"kind":"Name","value":"unchanged"}},{"kind":"Field","name":{"kind":"Name","value":"stanzas"}},{"kind":"Field","name":{"kind":"Name","value":"warnings"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"field"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]}}]} as unknown as DocumentNode<PlanPrivacyQuery, PlanPrivacyQueryVariables>;
export const UpdatePrivacyDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"UpdatePrivacy"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"instance"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"UpdatePrivacyInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"updatePrivacy"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"instance"},"value":{"kind":"Variable","name":{"kind":"Name","value":"instance"}}},{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"settings"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"HeldSettings"}}]}},{"kind":"Field","name":{"kind":"Name","value":"outcomes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"field"}},{"kind":"Field","name":{"kind":"Name","value":"requested"}},{"kind":"Field","name":{"kind":"Name","value":"previous"}},{"kind":"Field","name":{"kind":"Name","value":"current"}},{"kind":"Field","name":{"kind":"Name","value":"result"}},{"kind":"Field","name":{"kind":"Name","value":"rolledBack"}}]}},{"kind":"Field","name":{"kind":"Name","value":"failures"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"field"}},{"kind":"Field","name":{"kind":"Name","value":"requested"}},{"kind":"Field","name":{"kind":"Name","value":"current"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"retryable"}}]}},{"kind":"Field","name":{"kind":"Name","value":"warnings"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"field"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}},{"kind":"Field","name":{"kind":"Name","value":"stanzas"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"HeldSettings"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"PrivacySettings"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"visibility"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"lastSeen"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"profile"}},{"kind":"Field","name":{"kind":"Name","value":"online"}},{"kind":"Field","name":{"kind":"Name","value":"linkedProfiles"}},{"kind":"Field","name":{"kind":"Name","value":"pix"}}]}},{"kind":"Field","name":{"kind":"Name","value":"privacy"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"readReceipts"}},{"kind":"Field","name":{"kind":"Name","value":"defense"}},{"kind":"Field","name":{"kind":"Name","value":"defaultDisappearing"}}]}},{"kind":"Field","name":{"kind":"Name","value":"permissions"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"callAdd"}},{"kind":"Field","name":{"kind":"Name","value":"groupAdd"}},{"kind":"Field","name":{"kind":"Name","value":"messages"}},{"kind":"Field","name":{"kind":"Name","value":"stickers"}}]}},{"kind":"Field","name":{"kind":"Name","value":"other"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"category"}},{"kind":"Field","name":{"kind":"Name","value":"value"}}]}},{"kind":"Field","name":{"kind":"Name","value":"observedAt"}},{"kind":"Field","name":{"kind":"Name","value":"stale"}}]}}]} as unknown as DocumentNode<UpdatePrivacyMutation, UpdatePrivacyMutationVariables>;
export const WatchInstancesDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"WatchInstances"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"instanceChanges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"instance"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"since"}},{"kind":"Field","name":{"kind":"Name","value":"reason"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"retryAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"phoneNumber"}},{"kind":"Field","name":{"kind":"Name","value":"lastSettings"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ListedSettings"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"deleted"}},{"kind":"Field","name":{"kind":"Name","value":"caughtUp"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ListedSettings"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"PrivacySettings"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"visibility"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"lastSeen"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"profile"}},{"kind":"Field","name":{"kind":"Name","value":"online"}}]}},{"kind":"Field","name":{"kind":"Name","value":"privacy"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"readReceipts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"permissions"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"callAdd"}},{"kind":"Field","name":{"kind":"Name","value":"groupAdd"}}]}},{"kind":"Field","name":{"kind":"Name","value":"observedAt"}},{"kind":"Field","name":{"kind":"Name","value":"stale"}}]}}]} as unknown as DocumentNode<WatchInstancesSubscription, WatchInstancesSubscriptionVariables>;
export const WatchSettingsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"WatchSettings"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"privacyChanges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"settings"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ListedSettings"}},{"kind":"Field","name":{"kind":"Name","value":"instance"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"deleted"}},{"kind":"Field","name":{"kind":"Name","value":"caughtUp"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ListedSettings"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"PrivacySettings"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"visibility"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"lastSeen"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"profile"}},{"kind":"Field","name":{"kind":"Name","value":"online"}}]}},{"kind":"Field","name":{"kind":"Name","value":"privacy"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"readReceipts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"permissions"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"callAdd"}},{"kind":"Field","name":{"kind":"Name","value":"groupAdd"}}]}},{"kind":"Field","name":{"kind":"Name","value":"observedAt"}},{"kind":"Field","name":{"kind":"Name","value":"stale"}}]}}]} as unknown as DocumentNode<WatchSettingsSubscription, WatchSettingsSubscriptionVariables>;
export const OwnInstanceDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"OwnInstance"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"viewer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"token"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"instance"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"since"}},{"kind":"Field","name":{"kind":"Name","value":"reason"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"retryAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"phoneNumber"}},{"kind":"Field","name":{"kind":"Name","value":"lastSettings"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ListedSettings"}}]}}]}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ListedSettings"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"PrivacySettings"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"visibility"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"lastSeen"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"profile"}},{"kind":"Field","name":{"kind":"Name","value":"online"}}]}},{"kind":"Field","name":{"kind":"Name","value":"privacy"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"readReceipts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"permissions"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"callAdd"}},{"kind":"Field","name":{"kind":"Name","value":"groupAdd"}}]}},{"kind":"Field","name":{"kind":"Name","value":"observedAt"}},{"kind":"Field","name":{"kind":"Name","value":"stale"}}]}}]} as unknown as DocumentNode<OwnInstanceQuery, OwnInstanceQueryVariables>;
export const CreateInstanceDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CreateInstance"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"name"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"createInstance"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"name"},"value":{"kind":"Variable","name":{"kind":"Name","value":"name"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"instance"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"token"}}]}}]}}]} as unknown as DocumentNode<CreateInstanceMutation, CreateInstanceMutationVariables>;
export const PairInstanceDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"PairInstance"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"instance"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"phoneNumber"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"pairInstance"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"instance"},"value":{"kind":"Variable","name":{"kind":"Name","value":"instance"}}},{"kind":"Argument","name":{"kind":"Name","value":"phoneNumber"},"value":{"kind":"Variable","name":{"kind":"Name","value":"phoneNumber"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"InstanceToLink"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"InstanceToLink"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Instance"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"reason"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"retryAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"phoneNumber"}},{"kind":"Field","name":{"kind":"Name","value":"pairing"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"qr"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}}]}}]} as unknown as DocumentNode<PairInstanceMutation, PairInstanceMutationVariables>;
export const InstanceToLinkDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"InstanceToLink"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"name"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"instance"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"name"},"value":{"kind":"Variable","name":{"kind":"Name","value":"name"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"InstanceToLink"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"InstanceToLink"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Instance"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"reason"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"retryAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"phoneNumber"}},{"kind":"Field","name":{"kind":"Name","value":"pairing"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"qr"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}}]}}]} as unknown as DocumentNode<InstanceToLinkSubscription, InstanceToLinkSubscriptionVariables>;
export const TokensDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Tokens"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"tokens"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"50"}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"TokenFacts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}},{"kind":"Field","name":{"kind":"Name","value":"totalCount"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"TokenFacts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Token"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"label"}},{"kind":"Field","name":{"kind":"Name","value":"scopes"}},{"kind":"Field","name":{"kind":"Name","value":"instance"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"revokedAt"}},{"kind":"Field","name":{"kind":"Name","value":"lastUsedAt"}}]}}]} as unknown as DocumentNode<TokensQuery, TokensQueryVariables>;
export const InstanceNamesDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"InstanceNames"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"instances"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"100"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}}]}}]}}]} as unknown as DocumentNode<InstanceNamesQuery, InstanceNamesQueryVariables>;
export const CreateTokenDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CreateToken"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CreateTokenInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"createToken"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"token"}}]}}]}}]} as unknown as DocumentNode<CreateTokenMutation, CreateTokenMutationVariables>;
export const RotateTokenDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RotateToken"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"overlapSeconds"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"rotateToken"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}},{"kind":"Argument","name":{"kind":"Name","value":"overlapSeconds"},"value":{"kind":"Variable","name":{"kind":"Name","value":"overlapSeconds"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"token"}}]}}]}}]} as unknown as DocumentNode<RotateTokenMutation, RotateTokenMutationVariables>;
export const RevokeTokenDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RevokeToken"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"revokeToken"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}}]}}]} as unknown as DocumentNode<RevokeTokenMutation, RevokeTokenMutationVariables>;
export const StartInstanceDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"StartInstance"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"instance"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"startInstance"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"instance"},"value":{"kind":"Variable","name":{"kind":"Name","value":"instance"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"state"}}]}}]}}]} as unknown as DocumentNode<StartInstanceMutation, StartInstanceMutationVariables>;
export const StopInstanceDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"StopInstance"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"instance"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"stopInstance"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"instance"},"value":{"kind":"Variable","name":{"kind":"Name","value":"instance"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"state"}}]}}]}}]} as unknown as DocumentNode<StopInstanceMutation, StopInstanceMutationVariables>;
export const UnlinkInstanceDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"UnlinkInstance"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"instance"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"unlinkInstance"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"instance"},"value":{"kind":"Variable","name":{"kind":"Name","value":"instance"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"state"}}]}}]}}]} as unknown as DocumentNode<UnlinkInstanceMutation, UnlinkInstanceMutationVariables>;
export const DeleteInstanceDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"DeleteInstance"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"instance"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"deleteInstance"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"instance"},"value":{"kind":"Variable","name":{"kind":"Name","value":"instance"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}}]}}]}}]} as unknown as DocumentNode<DeleteInstanceMutation, DeleteInstanceMutationVariables>;
export const RotateInstanceTokenDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RotateInstanceToken"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"instance"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"rotateInstanceToken"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"instance"},"value":{"kind":"Variable","name":{"kind":"Name","value":"instance"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"token"}}]}}]}}]} as unknown as DocumentNode<RotateInstanceTokenMutation, RotateInstanceTokenMutationVariables>;
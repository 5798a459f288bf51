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

export type InstancesQueryVariables = Exact<{ [key: string]: never; }>;


export type InstancesQuery = { instances: { nodes: Array<{ id: string, name: string }> } };

export type InstanceQueryVariables = Exact<{
  name: string;
}>;


export type InstanceQuery = { instance: { id: string, state: InstanceState, capabilities: Array<{ field: PrivacyField, values: Array<string> }>, lastSettings: { id: string, observedAt: string, stale: boolean, visibility: { lastSeen: LastSeenPrivacy | null, status: StatusPrivacy | null, profile: ProfilePrivacy | null, online: OnlinePrivacy | null, linkedProfiles: LinkedProfilesPrivacy | null, pix: PixPrivacy | null }, privacy: { readReceipts: ReadReceiptsPrivacy | null, defense: DefensePrivacy | null }, permissions: { callAdd: CallAddPrivacy | null, groupAdd: GroupAddPrivacy | null, messages: MessagesPrivacy | null, stickers: StickersPrivacy | null } } | null } | null };

export type PrivacyChangesSubscriptionVariables = Exact<{
  instance: string;
}>;


export type PrivacyChangesSubscription = { privacy: { id: string, observedAt: string, stale: boolean, visibility: { lastSeen: LastSeenPrivacy | null, status: StatusPrivacy | null, profile: ProfilePrivacy | null, online: OnlinePrivacy | null, linkedProfiles: LinkedProfilesPrivacy | null, pix: PixPrivacy | null }, privacy: { readReceipts: ReadReceiptsPrivacy | null, defense: DefensePrivacy | null }, permissions: { callAdd: CallAddPrivacy | null, groupAdd: GroupAddPrivacy | null, messages: MessagesPrivacy | null, stickers: StickersPrivacy | null } } | null };

export type UpdatePrivacyMutationVariables = Exact<{
  instance: string;
  input: UpdatePrivacyInput;
}>;


export type UpdatePrivacyMutation = { updatePrivacy: { settings: { id: string, observedAt: string, stale: boolean, visibility: { lastSeen: LastSeenPrivacy | null, status: StatusPrivacy | null, profile: ProfilePrivacy | null, online: OnlinePrivacy | null, linkedProfiles: LinkedProfilesPrivacy | null, pix: PixPrivacy | null }, privacy: { readReceipts: ReadReceiptsPrivacy | null, defense: DefensePrivacy | null }, permissions: { callAdd: CallAddPrivacy | null, groupAdd: GroupAddPrivacy | null, messages: MessagesPrivacy | null, stickers: StickersPrivacy | null } } | null, outcomes: Array<{ field: PrivacyField, requested: string, current: string | null, result: FieldResult }>, failures: Array<{ field: PrivacyField, code: PartialFailureCode, message: string, retryable: boolean }>, warnings: Array<{ field: PrivacyField, message: string }> } | null };

export type SettingsFragment = { id: string, observedAt: string, stale: boolean, visibility: { lastSeen: LastSeenPrivacy | null, status: StatusPrivacy | null, profile: ProfilePrivacy | null, online: OnlinePrivacy | null, linkedProfiles: LinkedProfilesPrivacy | null, pix: PixPrivacy | null }, privacy: { readReceipts: ReadReceiptsPrivacy | null, defense: DefensePrivacy | null }, permissions: { callAdd: CallAddPrivacy | null, groupAdd: GroupAddPrivacy | null, messages: MessagesPrivacy | null, stickers: StickersPrivacy | null } };

export const SettingsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Settings"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"PrivacySettings"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"visibility"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"lastSeen"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"profile"}},{"kind":"Field","name":{"kind":"Name","value":"online"}},{"kind":"Field","name":{"kind":"Name","value":"linkedProfiles"}},{"kind":"Field","name":{"kind":"Name","value":"pix"}}]}},{"kind":"Field","name":{"kind":"Name","value":"privacy"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"readReceipts"}},{"kind":"Field","name":{"kind":"Name","value":"defense"}}]}},{"kind":"Field","name":{"kind":"Name","value":"permissions"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"callAdd"}},{"kind":"Field","name":{"kind":"Name","value":"groupAdd"}},{"kind":"Field","name":{"kind":"Name","value":"messages"}},{"kind":"Field","name":{"kind":"Name","value":"stickers"}}]}},{"kind":"Field","name":{"kind":"Name","value":"observedAt"}},{"kind":"Field","name":{"kind":"Name","value":"stale"}}]}}]} as unknown as DocumentNode<SettingsFragment, unknown>;
export const InstancesDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Instances"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"instances"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"50"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}}]}}]}}]} as unknown as DocumentNode<InstancesQuery, InstancesQueryVariables>;
export const InstanceDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Instance"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"name"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"instance"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"name"},"value":{"kind":"Variable","name":{"kind":"Name","value":"name"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"capabilities"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"field"}},{"kind":"Field","name":{"kind":"Name","value":"values"}}]}},{"kind":"Field","name":{"kind":"Name","value":"lastSettings"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Settings"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Settings"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"PrivacySettings"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"visibility"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"lastSeen"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"profile"}},{"kind":"Field","name":{"kind":"Name","value":"online"}},{"kind":"Field","name":{"kind":"Name","value":"linkedProfiles"}},{"kind":"Field","name":{"kind":"Name","value":"pix"}}]}},{"kind":"Field","name":{"kind":"Name","value":"privacy"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"readReceipts"}},{"kind":"Field","name":{"kind":"Name","value":"defense"}}]}},{"kind":"Field","name":{"kind":"Name","value":"permissions"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"callAdd"}},{"kind":"Field","name":{"kind":"Name","value":"groupAdd"}},{"kind":"Field","name":{"kind":"Name","value":"messages"}},{"kind":"Field","name":{"kind":"Name","value":"stickers"}}]}},{"kind":"Field","name":{"kind":"Name","value":"observedAt"}},{"kind":"Field","name":{"kind":"Name","value":"stale"}}]}}]} as unknown as DocumentNode<InstanceQuery, InstanceQueryVariables>;
export const PrivacyChangesDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"PrivacyChanges"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"instance"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"privacy"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"instance"},"value":{"kind":"Variable","name":{"kind":"Name","value":"instance"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Settings"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Settings"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"PrivacySettings"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"visibility"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"lastSeen"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"profile"}},{"kind":"Field","name":{"kind":"Name","value":"online"}},{"kind":"Field","name":{"kind":"Name","value":"linkedProfiles"}},{"kind":"Field","name":{"kind":"Name","value":"pix"}}]}},{"kind":"Field","name":{"kind":"Name","value":"privacy"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"readReceipts"}},{"kind":"Field","name":{"kind":"Name","value":"defense"}}]}},{"kind":"Field","name":{"kind":"Name","value":"permissions"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"callAdd"}},{"kind":"Field","name":{"kind":"Name","value":"groupAdd"}},{"kind":"Field","name":{"kind":"Name","value":"messages"}},{"kind":"Field","name":{"kind":"Name","value":"stickers"}}]}},{"kind":"Field","name":{"kind":"Name","value":"observedAt"}},{"kind":"Field","name":{"kind":"Name","value":"stale"}}]}}]} as unknown as DocumentNode<PrivacyChangesSubscription, PrivacyChangesSubscriptionVariables>;
export const UpdatePrivacyDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"UpdatePrivacy"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"instance"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"UpdatePrivacyInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"updatePrivacy"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"instance"},"value":{"kind":"Variable","name":{"kind":"Name","value":"instance"}}},{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"settings"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Settings"}}]}},{"kind":"Field","name":{"kind":"Name","value":"outcomes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"field"}},{"kind":"Field","name":{"kind":"Name","value":"requested"}},{"kind":"Field","name":{"kind":"Name","value":"current"}},{"kind":"Field","name":{"kind":"Name","value":"result"}}]}},{"kind":"Field","name":{"kind":"Name","value":"failures"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"field"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"retryable"}}]}},{"kind":"Field","name":{"kind":"Name","value":"warnings"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"field"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Settings"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"PrivacySettings"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"visibility"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"lastSeen"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"profile"}},{"kind":"Field","name":{"kind":"Name","value":"online"}},{"kind":"Field","name":{"kind":"Name","value":"linkedProfiles"}},{"kind":"Field","name":{"kind":"Name","value":"pix"}}]}},{"kind":"Field","name":{"kind":"Name","value":"privacy"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"readReceipts"}},{"kind":"Field","name":{"kind":"Name","value":"defense"}}]}},{"kind":"Field","name":{"kind":"Name","value":"permissions"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"callAdd"}},{"kind":"Field","name":{"kind":"Name","value":"groupAdd"}},{"kind":"Field","name":{"kind":"Name","value":"messages"}},{"kind":"Field","name":{"kind":"Name","value":"stickers"}}]}},{"kind":"Field","name":{"kind":"Name","value":"observedAt"}},{"kind":"Field","name":{"kind":"Name","value":"stale"}}]}}]} as unknown as DocumentNode<UpdatePrivacyMutation, UpdatePrivacyMutationVariables>;
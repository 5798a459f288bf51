import type { FieldValue } from '../fields.ts';
import type {
  InstanceState,
  ContactFailureCode,
  ContactResult,
  FailurePolicy,
  FieldResult,
  PartialFailureCode,
  PrivacyField,
  PrivacyWarningCode,
  TokenScope,
} from '../gql/graphql.ts';
import { reasons, states } from './reasons.en.ts';

/** Every text that a person reads, in English. Other languages have the same shape: see `Texts`. */

const scopes: Record<TokenScope, string> = {
  READ: 'read',
  WRITE: 'change settings',
  PAIR: 'link and start',
  ADMIN: 'create, delete, tokens',
};

/** Names as WhatsApp's own app has them. */
const fields: Record<PrivacyField, { readonly name: string; readonly description: string }> = {
  LAST_SEEN: { name: 'Last seen', description: 'Who sees when the account was last online.' },
  ONLINE: { name: 'Online', description: 'Who sees that the account is online right now.' },
  PROFILE: { name: 'Profile picture', description: 'Who sees the profile picture.' },
  STATUS: { name: 'About', description: 'Who sees the text about the account. Stories have settings of their own.' },
  LINKED_PROFILES: { name: 'Links', description: 'Who sees the profiles elsewhere that the account links to.' },
  PIX: { name: 'Pix key', description: 'Who sees the Pix key, for payments in Brazil.' },
  READ_RECEIPTS: {
    name: 'Read receipts',
    description: 'Whether read receipts are sent and shown. It works in both directions; groups always have them.',
  },
  DEFENSE: { name: 'Strict account settings', description: "WhatsApp's strict protection of the account." },
  DEFAULT_DISAPPEARING: {
    name: 'Default message timer',
    description: 'How long messages stay in chats that are begun from now on.',
  },
  GROUP_ADD: { name: 'Groups', description: 'Who can add the account to groups.' },
  CALL_ADD: { name: 'Calls', description: 'Whose calls ring. Calls of others are silenced, not blocked.' },
  MESSAGES: { name: 'Messages', description: 'Who can send messages to the account.' },
  STICKERS: { name: 'Stickers', description: "Who can use the account's stickers." },
};

const audience = {
  ALL: 'Everyone',
  CONTACTS: 'My contacts',
  CONTACT_BLACKLIST: 'My contacts except…',
  NONE: 'Nobody',
};

const values: { readonly [F in PrivacyField]: Readonly<Record<FieldValue<F>, string>> } = {
  LAST_SEEN: audience,
  ONLINE: { ALL: 'Everyone', MATCH_LAST_SEEN: 'Same as last seen' },
  PROFILE: audience,
  STATUS: audience,
  LINKED_PROFILES: audience,
  PIX: audience,
  READ_RECEIPTS: { ALL: 'On', NONE: 'Off' },
  DEFENSE: { OFF: 'Off', ON_STANDARD: 'On' },
  DEFAULT_DISAPPEARING: { OFF: 'Off', DAY_1: '24 hours', DAYS_7: '7 days', DAYS_90: '90 days' },
  GROUP_ADD: { ALL: 'Everyone', CONTACTS: 'My contacts', CONTACT_BLACKLIST: 'My contacts except…' },
  CALL_ADD: { ALL: 'Everyone', KNOWN: 'Known callers' },
  MESSAGES: { ALL: 'Everyone', CONTACTS: 'My contacts' },
  STICKERS: { CONTACTS: 'My contacts', CONTACT_ALLOWLIST: 'Chosen contacts', NONE: 'Nobody' },
};

/** Where an instance stands on the page that links a phone to it; by its state. */
const notLinked = {
  UNPAIRED: 'No phone is linked.',
  PAIRING: 'It waits for the phone.',
  STOPPED: 'It is stopped.',
  LOGGED_OUT: 'The phone is no longer linked.',
  REPLACED: 'Another connection took its place.',
  BANNED: 'WhatsApp has banned or locked the account.',
  CLIENT_OUTDATED: 'WhatsApp refuses this version of the service.',
  PASSKEY_REQUIRED: 'WhatsApp asks for a passkey on the phone.',
};

const results: Record<FieldResult, string> = {
  APPLIED: 'Applied',
  ALREADY_SET: 'Already set',
  FAILED: 'Failed',
};

/** Why one setting does not hold after a change. */
const failures: Record<PartialFailureCode, string> = {
  REJECTED: 'WhatsApp refused it.',
  TIMED_OUT: 'WhatsApp did not answer in time.',
  CONNECTION_LOST: 'The connection went before WhatsApp answered.',
  MISMATCH: 'WhatsApp took it, and shows another value.',
  UNVERIFIED: 'No answer of WhatsApp could show whether it holds.',
  UNSUPPORTED: 'WhatsApp does not have this setting for the account, so it was not sent.',
  SKIPPED: 'It was not tried.',
  ROLLED_BACK: 'It held, and was put back because another setting failed.',
};

const warnings: Record<PrivacyWarningCode, string> = {
  MATCHES_EVERYONE: '“Same as last seen” changes nothing while everyone sees the last seen.',
  RECIPROCAL_RECEIPTS: 'Without read receipts the account does not see those of others either. Groups still have them.',
  NOBODY_EXCLUDED: 'The list begins empty: until somebody is put on it, this means all contacts.',
  SILENCED_NOT_BLOCKED: 'Calls of unknown numbers are silenced, not blocked.',
  HIDDEN_IN_TURN: 'People who may not see it do not show theirs to the account either.',
  UNSUPPORTED: 'WhatsApp does not have this setting for the account, so it is not sent.',
};

const policies: Record<FailurePolicy, { readonly name: string; readonly description: string }> = {
  CONTINUE: { name: 'Go on', description: 'The others are sent all the same, and what holds stays. The fastest way.' },
  STOP: { name: 'Stop', description: 'One after the other. After a failure nothing more is sent.' },
  ROLLBACK: {
    name: 'Put back',
    description: 'All or none: what was changed is put back, unless the phone has changed something meanwhile.',
  },
};

const contactResults: Record<ContactResult, string> = {
  ADDED: 'Added',
  REMOVED: 'Removed',
  ALREADY_LISTED: 'Was on the list already',
  NOT_LISTED: 'Was not on the list',
  FAILED: 'Failed',
};

const contactFailures: Record<ContactFailureCode, string> = {
  NOT_ON_WHATSAPP: 'Nobody on WhatsApp has this number.',
  UNRESOLVED: 'WhatsApp did not tell whose number this is, so nothing was sent for it.',
  REJECTED: 'WhatsApp refused it.',
  TIMED_OUT: 'WhatsApp did not answer in time.',
  CONNECTION_LOST: 'The connection went before WhatsApp answered.',
  MISMATCH: 'WhatsApp took it, and shows the list otherwise.',
  UNVERIFIED: 'No answer of WhatsApp could show whether it holds.',
  UNSUPPORTED: 'WhatsApp does not have this list for the account, so nothing was sent.',
  SKIPPED: 'It was not tried.',
};

export const en = {
  language: 'en',

  // Around each page.
  shell: {
    skip: 'Skip to the content',
    navigation: 'Pages',
    instances: 'Instances',
    link: 'Link a phone',
    tokens: 'Tokens',
    signOut: 'Sign out',
    mayDo: (what: string) => `This token may: ${what}`,
    oneInstance: (name: string) => `It reaches the instance “${name}” alone.`,
    notFound: 'There is no such page',
    toInstances: 'To the instances',
    unreachable: 'The service does not answer. This page tries again by itself; what it shows may be old.',
    failing: 'The service can not tell what this page shows; its log says why. This page tries again by itself.',
    limited: 'This token has used up its calls of this minute. This page goes on by itself.',
    streamsLimited:
      'The service opens no more streams for this token now. What this page shows may be old; it tries again by itself.',
    notLetIn:
      'This token has used up its calls of this minute, or too many tokens that do not work came from here. This page goes on by itself.',
    busy: 'The service is busy. This page tries again by itself.',
    onIn: (seconds: number) => `Goes on in ${seconds} s.`,
    tokenEnds: 'This token ends',
    loading: 'Loading…',
    tryAgain: 'Try again',
    broken:
      'This page can not be shown: the service may be of another version by now. What you sent before is not touched by that. Load the page again.',
    loadAgain: 'Load again',
    about: 'About this service',
    playground: 'GraphQL playground',
    rest: 'REST description',
    health: 'Health',
  },

  scopes,

  signIn: {
    title: 'Sign in',
    lead: 'Reads and changes the privacy settings of linked WhatsApp accounts, and tells the truth about it.',
    token: 'Token',
    hint: 'The first start of the service prints one; on its machine, “npx privet token create” makes more. It is kept in this tab alone.',
    submit: 'Sign in',
    refused: 'That token does not work: it was revoked, has expired or was mistyped.',
    missing: 'Paste a token.',
    otherTitle: 'A link with another token',
    other:
      'This tab is signed in, and a link that was opened here has another token. With it you work on the account of whoever made that token: who has it can change what you link.',
    stay: 'Stay signed in',
    change: 'Sign in with the other',
  },

  // Where each instance stands; filled by the page of instances.
  instances: {
    title: 'Instances',
    link: 'Link a phone',
    loading: 'Loading…',
    search: 'Search',
    searchHint: 'Name or number',
    allStates: 'All states',
    counted: (what: string, count: string) => `${what} (${count})`,
    found: (count: number, text: string) => (count === 1 ? '1 instance' : `${text} instances`),
    noneFound: 'No instance matches.',
    pages: 'Pages of the list',
    previous: 'Previous',
    next: 'Next',
    range: (first: string, last: string, total: string) => `${first}–${last} of ${total}`,
    instance: 'Instance',
    state: 'State',
    nextTry: 'Next try',
    seen: 'As of',
    stale: 'may have changed since',
    notSeen: 'Its settings were not seen yet.',
    notReported: 'None',
    noneYet: 'No instance yet',
    noneYetLead: 'An instance is one WhatsApp account that is linked here. Link a phone, and it appears.',
    noneYetOthers: 'An instance is one WhatsApp account that is linked here. This token can not link one.',
    mayNotRead: 'This token may not read, so there is no list of instances.',
    ownAlone: 'This token may not read. Of its instance it knows this, as it was when the page was opened.',
  },

  // Where an instance stands, and why.
  states,
  reasons,

  fields,
  values,

  // One instance: its settings, their plan, the proof, its lists.
  settings: {
    title: (name: string) => `Settings of ${name}`,
    all: 'All instances',
    number: 'Number',
    missing: 'There is no instance of this name within reach of this token.',
    deleted: 'This instance was deleted.',
    mayNeither: 'This token may neither read nor change settings.',
    mayOnlyRead: 'This token may read these settings, but not change them.',
    mayOnlyWrite: 'This token may change settings, but not read them: what holds shows once a change is applied.',
    notOpen:
      'The instance is not connected to WhatsApp: nothing can be changed now. Below is what was seen last, and at the end of the page what can be done with the instance.',
    notNow: 'It can be applied once the instance is connected.',
    noneSeen: 'No settings were seen yet: they show once a phone is linked and connected.',
    region: 'Settings',
    sections: {
      visibility: 'Who sees what',
      privacy: 'Receipts, protection and timer',
      permissions: 'Who may reach the account',
    },
    other: 'Other settings',
    otherHint: 'WhatsApp shows these too. This version of Privet does not know them, so they can not be changed here.',
    heldNow: 'Held now:',
    heldLast: 'Held when last seen:',
    seen: 'seen',
    notKnown: 'not known',
    stale: 'may have changed since',
    readAgain: 'Read again',
    reading: 'Reading…',
    edited: 'Edited, not applied',
    moved: (was: string) => `Changed just now on another device; was “${was}”.`,
    movedAll: (what: string) => `Changed on another device: ${what}.`,
    movedOne: (field: string, to: string) => `${field} is now “${to}”`,
    overtaken: (held: string) =>
      `Changed on another device while you were choosing: it is “${held}” now. Your choice stays.`,
    changes: 'Changes',
    toChanges: 'review',
    noChanges: 'Choose other values to change something. Nothing is sent before you apply it.',
    edits: (count: number) => (count === 1 ? '1 setting edited' : `${count} settings edited`),
    plan: 'What will happen',
    planning: 'Working out what will be sent…',
    sent: 'Will be sent',
    stays: 'Holds already',
    fromTo: (from: string, to: string) => `from “${from}” to “${to}”`,
    to: (to: string) => `to “${to}”`,
    stanzas: (count: number) => (count === 1 ? '1 message to WhatsApp' : `${count} messages to WhatsApp`),
    stanzasHint: 'reads included, where nothing goes wrong',
    ifOneFails: 'If one fails',
    apply: 'Apply',
    discard: 'Discard edits',
    sending: 'Being applied. WhatsApp has up to 30 seconds to answer; each setting is proven by a read.',
    sendingAgain:
      'The service did not answer, so the same change is sent again: it is made once, however often it is sent.',
    seconds: (seconds: number) => `${seconds} s`,
    outcome: 'What became of it',
    outcomeSaid: (applied: number, alreadySet: number, failed: number) =>
      `Applied: ${applied}. Already set: ${alreadySet}. Failed: ${failed}.`,
    was: (value: string) => `was “${value}”`,
    requested: (value: string) => `Asked for: “${value}”.`,
    holds: (value: string) => `It holds “${value}” now.`,
    holdsUnknown: 'What it holds now is not known.',
    backAgain: 'A read shows the old value again.',
    notBack: 'No read could show whether the old value is back.',
    proof: (time: string) => `Shown by WhatsApp at ${time}, read after the change.`,
    noProof: 'No read succeeded after the change, so nothing is proven.',
    tryAgain: 'Try again',
    close: 'Close',
    nothingDone: 'Nothing was changed, and your edits are still here.',
    mayHaveHappened:
      'It may or may not have happened: the settings on this page say what holds. Sent again it is made once, also where it was made already.',
    resend: 'Send again',
    waitFor: (seconds: number) => `You can try again in ${seconds} s.`,
    conflict: 'Something was changed on another device since you looked, so nothing was sent. Look again, and decide:',
    conflictOrOwn:
      'Before an answer was lost, or since, something was changed: by you, or on another device. Look again, and decide:',
    results,
    policies,
  },

  failures,
  warnings,

  // Exclusion lists and the blocklist.
  lists: {
    exclusions: 'Who is excluded',
    setsValue: 'Adding somebody sets this setting to “My contacts except…” at once.',
    inactive: 'The list is not in force: the setting has another value.',
    blocked: 'Blocked contacts',
    blockedHint: 'They can neither call nor write to the account.',
    loading: 'Reading the list from WhatsApp…',
    notOpen: 'It can be read once the instance is connected to WhatsApp.',
    empty: 'Nobody is on it.',
    count: (count: number) => (count === 1 ? '1 contact' : `${count} contacts`),
    numbers: 'Numbers to add',
    numbersHint: 'With country code, such as +55 11 91234-5678; several on lines of their own or with commas.',
    add: 'Add',
    block: 'Block',
    remove: 'Remove',
    removeNamed: (contact: string) => `Remove ${contact}`,
    unblock: 'Unblock',
    unblockNamed: (contact: string) => `Unblock ${contact}`,
    missing: 'Type a number.',
    wrong: (contact: string) => `“${contact}” is no number with country code, such as +55 11 91234-5678.`,
    tooMany: (most: number) => `At most ${most} at once.`,
    sending: 'Being changed…',
    results: contactResults,
    blockResults: { ...contactResults, ADDED: 'Blocked', REMOVED: 'Unblocked' },
    failures: contactFailures,
  },

  link: {
    title: 'Link a phone',
    titleOf: (name: string) => `Link a phone to ${name}`,
    mayNotMake:
      'This token may not link new phones: that takes a token of the whole account that may read, link and create.',
    mayNotPair: 'This token may not link a phone: that takes one that may read and link.',
    lead: 'Give the account a name that you know it by. The next page shows the QR code to scan.',
    name: 'Name',
    nameHint: 'Letters, digits, “.”, “_” or “-”, up to 64 of them; no spaces.',
    nameMissing: 'Type a name.',
    nameWrong:
      'Only letters without accents, digits, “.”, “_” and “-” make a name: no spaces, at most 64 in all, and no “.” at the beginning.',
    nameTaken: 'That name is taken.',
    toTaken: (name: string) => `To ${name}`,
    maybeMade: (name: string) =>
      `Whether ${name} was made is not known. If it was, nobody has seen its token: make a new one there.`,
    toMaybe: (name: string) => `Look for ${name}`,
    submit: 'Show the QR code',
    busy: 'One moment…',
    token: (name: string) => `Token of ${name}, for programs`,
    looking: 'Looking…',
    asking: 'Asking WhatsApp for a code…',
    saidQr: 'The QR code is shown.',
    saidCode: 'The code to type is shown.',
    qrLabel: 'QR code for WhatsApp',
    code: 'Code to type on the phone',
    onThePhone: 'On the phone',
    stepsForQr: [
      'Open WhatsApp.',
      'Open the menu (Android) or Settings (iPhone), and choose “Linked devices”.',
      'Tap “Link a device”, and point the phone at this code.',
    ],
    stepsForCode: [
      'Open WhatsApp, or the notification that it shows now.',
      'Open the menu (Android) or Settings (iPhone), and choose “Linked devices”.',
      'Tap “Link a device”, then “Link with phone number instead”, and type the code.',
    ],
    qrLeft: (seconds: number) => `Works for ${seconds} s; then another one takes its place.`,
    ranOut: 'It has run out; the page shows the next one, or why there is none, as soon as it hears of it.',
    codeLeft: (seconds: number) => `Works for ${seconds} s.`,
    accepted: 'The phone has accepted. Logging in…',
    connecting: 'It is linked, and is connecting.',
    linked: 'The phone is linked',
    linkedAlready: 'A phone is linked',
    number: (number: string) => `Number: ${number}`,
    toSettings: 'To the settings',
    toInstance: (name: string) => `To ${name}`,
    notLinked,
    gone: (name: string) => `${name} was deleted.`,
    notThere: (name: string) => `There is no ${name} within reach of this token.`,
    maybeBegun: 'It may have begun all the same: then the code appears here.',
    halfMade: (name: string) => `${name} is there. If no code appears, begin again here, or delete it on its page.`,
    showQr: 'Show a QR code',
    qrInstead: 'With a QR code instead',
    byNumber: 'With a phone number instead',
    byOtherNumber: 'With another phone number',
    numberLabel: 'Phone number of the account',
    numberHint: 'With + and its country code, like +55 11 91234-5678',
    numberWrong: 'That is no phone number with its country code: it begins with “+”.',
    showCode: 'Show a code to type',
  },

  lifecycle: {
    title: 'This instance',
    cancel: 'Cancel',
    busy: 'One moment…',
    unsure: 'It may have been done all the same: look at the state once the service answers, before you try again.',
    link: 'Link a phone',
    linkAgain: 'Link again',
    start: { action: 'Start', done: 'It starts; the state shows when it is connected.' },
    stop: {
      action: 'Stop',
      title: (name: string) => `Stop ${name}?`,
      text: (state: InstanceState) => [
        state === 'PAIRING'
          ? 'The code that is shown stops working. Nothing is linked yet, and it can be begun again.'
          : 'It is disconnected from WhatsApp until somebody starts it again. The phone stays linked, and nothing is lost.',
      ],
      done: 'It was stopped.',
    },
    unlink: {
      action: 'Unlink',
      title: (name: string) => `Unlink ${name}?`,
      text: (state: InstanceState) => [
        state === 'OPEN'
          ? 'It is logged out on WhatsApp. The instance stays, and can be linked again by a new QR code or pairing code.'
          : 'It is not connected now. Once it has been out of reach for five minutes, or is banned, it can be unlinked here alone: then the phone still lists the device until somebody removes it there.',
      ],
      done: 'It was unlinked.',
    },
    rotate: {
      action: 'New token',
      title: (name: string) => `New token for ${name}?`,
      text: () => [
        'It takes the place of all tokens of this instance, which stop working at once: whoever uses one needs the new one.',
      ],
      shown: (name: string) => `New token of ${name}`,
    },
    delete: {
      action: 'Delete',
      title: (name: string) => `Delete ${name}?`,
      text: (state: InstanceState) => [
        'The instance, its login and its tokens are gone for good.',
        state === 'OPEN'
          ? 'It is logged out on WhatsApp as well.'
          : 'It is not connected now, so WhatsApp is not told: if a phone is linked, remove the device there.',
      ],
      typed: { label: 'Type its name', wrong: 'That is not its name.' },
    },
  },

  tokens: {
    title: 'Tokens',
    lead: 'Whoever has a token can do with the API, and in this console, what the token may do.',
    mayNot: 'This token may not manage tokens: that takes one of the whole account that may create and delete.',
    make: 'New token',
    submit: 'Make it',
    shown: 'The new token',
    shownOf: (name: string) => `The new token ${name}`,
    unsure:
      'It may have been done all the same: look at the list once the service answers. A token whose text nobody has seen can be revoked.',
    count: (total: number) => (total === 1 ? '1 token' : `${total} tokens, the oldest first`),
    more: 'Show more',
    ofInstance: (name: string) => `Of ${name}, without a label`,
    noLabel: 'Without a label',
    own: 'Yours: this tab is signed in with it',
    state: { works: 'Works, without an end', worksUntil: 'Works until', ended: 'Ended', revoked: 'Revoked' },
    may: 'May',
    reaches: 'Reaches',
    wholeAccount: 'the whole account',
    made: 'Made',
    used: 'Last used',
    unused: 'not yet',
    publicPart: 'Public part',
    label: 'Label',
    labelHint: 'What to know it by, such as the program that uses it.',
    scopesMissing: 'Choose at least one.',
    instance: 'Instance',
    instanceHint: 'The only one that it reaches. Left empty: the whole account.',
    noInstance: 'There is no such instance.',
    end: 'Ends',
    ends: {
      never: 'never',
      hour: 'in an hour',
      day: 'in a day',
      days30: 'in 30 days',
      days90: 'in 90 days',
      date: 'at a time of your choice',
    },
    withOwn: 'with yours',
    bound: 'No new token works longer than yours:',
    date: 'Date and time',
    dateWrong: 'Choose a time to come, and none after the end of yours.',
    rotate: {
      action: 'Replace',
      confirm: 'Make the new one',
      title: (name: string) => `Replace ${name}?`,
      text: 'A new token like it is made and shown once; the old one ends.',
      own: 'This tab goes on with the new one.',
      overlap: 'The old one still works',
      overlaps: { 0: 'not at all', 3600: 'for an hour', 86400: 'for a day', 604800: 'for 7 days' },
    },
    revoke: {
      action: 'Revoke',
      title: (name: string) => `Revoke ${name}?`,
      text: 'Within a second nothing works with it, and its streams end. That can not be undone.',
      own: 'It is yours: this tab is signed out.',
      done: (name: string) => `${name} is revoked.`,
    },
    once: {
      label: 'Token',
      warning: 'Copy it now: it is shown this once and can not be shown again.',
      copy: 'Copy',
      copied: 'Copied.',
      selected: 'Selected: copy it with Ctrl+C, or by a long press.',
    },
  },

  // What stopped a whole call, where a page has no better word for it.
  problems: {
    UNREACHABLE: 'The service did not answer.',
    FORBIDDEN: 'This token may not do that.',
    NOT_FOUND: 'There is no such instance within reach of this token.',
    INSTANCE_NOT_CONNECTED: 'The instance is not connected to WhatsApp.',
    RATE_LIMITED: 'This token has used up its calls of this minute.',
    OVERLOADED: 'The service or WhatsApp takes no more for now.',
    TIMEOUT: 'It was not done in time.',
    INTERNAL_SERVER_ERROR: 'The service failed; its log says why.',
  },
};

export type Texts = typeof en;

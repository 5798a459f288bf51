import type { FieldValue } from '../fields.ts';
import type { PrivacyField, TokenScope } from '../gql/graphql.ts';

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
  LOGGED_OUT: 'The phone is linked no more.',
  REPLACED: 'Another connection took its place.',
  BANNED: 'WhatsApp has banned or locked the account.',
  CLIENT_OUTDATED: 'WhatsApp refuses this version of the service.',
  PASSKEY_REQUIRED: 'WhatsApp asks for a passkey on the phone.',
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
    limited: 'This token has used up its calls of this minute. This page goes on by itself.',
    streamsLimited:
      'The service opens no more streams for this token now. What this page shows may be old; it tries again by itself.',
    busy: 'The service is busy. This page tries again by itself.',
    onIn: (seconds: number) => `On in ${seconds} s.`,
    tokenEnds: 'This token ends',
    loading: 'Loading…',
    tryAgain: 'Try again',
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
  },

  // Where each instance stands; filled by the page of instances.
  instances: {
    title: 'Instances',
  },

  fields,
  values,

  // One instance: its settings, their plan, the proof, its lists.
  settings: {
    title: (name: string) => `Settings of ${name}`,
  },

  link: {
    title: 'Link a phone',
    titleOf: (name: string) => `Link a phone to ${name}`,
    mayNotMake:
      'This token may not link new phones: that takes a token of the whole account that may read, link and create.',
    mayNotPair: 'This token may not link a phone: that takes one that may read and link.',
    lead: 'Give the account a name that you know it by. The next page shows the QR code to scan.',
    name: 'Name',
    nameHint: '1 to 64 letters, digits, “.”, “_” or “-”, not beginning with “.”',
    nameMissing: 'Type a name.',
    nameWrong: 'A name has 1 to 64 letters without accents, digits, “.”, “_” or “-”, and does not begin with “.”.',
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
    codeLeft: (seconds: number) => `Works for ${seconds} s.`,
    accepted: 'The phone has accepted. Logging in…',
    connecting: 'It is linked, and connects.',
    linked: 'The phone is linked',
    linkedAlready: 'A phone is linked',
    number: (digits: string) => `Number: +${digits}`,
    toSettings: 'To the settings',
    toInstance: (name: string) => `To ${name}`,
    nextTry: 'Next try:',
    notLinked: notLinked,
    gone: (name: string) => `${name} was deleted.`,
    notThere: (name: string) => `There is no ${name} within reach of this token.`,
    halfMade: (name: string) =>
      `${name} is there, but linking it did not begin. Begin again here, or delete it on its page.`,
    showQr: 'Show a QR code',
    qrInstead: 'With a QR code instead',
    byNumber: 'With a phone number instead',
    byOtherNumber: 'With another phone number',
    numberLabel: 'Phone number of the account',
    numberHint: 'With its country code, like +55 11 91234-5678',
    numberWrong: 'That is no phone number with its country code.',
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
      text: (_isOpen: boolean) => [
        'It is disconnected from WhatsApp until somebody starts it again. The phone stays linked, and nothing is lost.',
      ],
      done: 'It is stopped.',
    },
    unlink: {
      action: 'Unlink',
      title: (name: string) => `Unlink ${name}?`,
      text: (isOpen: boolean) => [
        isOpen
          ? 'It is logged out on WhatsApp. The instance stays, and can be linked again by a new QR code or pairing code.'
          : 'It is not connected now. Once it has been out of reach for five minutes, or is banned, it can be unlinked here alone: then the phone still lists the device until somebody removes it there.',
      ],
      done: 'It is unlinked.',
    },
    rotate: {
      action: 'New token',
      title: (name: string) => `New token for ${name}?`,
      text: (_isOpen: boolean) => [
        'It takes the place of all tokens of this instance, which stop working at once: whoever uses one needs the new one.',
      ],
      shown: (name: string) => `New token of ${name}`,
    },
    delete: {
      action: 'Delete',
      title: (name: string) => `Delete ${name}?`,
      text: (isOpen: boolean) => [
        'The instance, its login and its tokens are gone for good.',
        isOpen
          ? 'It is logged out on WhatsApp as well.'
          : 'It is not connected now, so WhatsApp is not told: if a phone is linked, remove the device there.',
      ],
      typed: { label: 'Type its name', wrong: 'That is not its name.' },
    },
  },

  tokens: {
    title: 'Tokens',
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

import type { TokenScope } from '../gql/graphql.ts';

/** Every text that a person reads, in English. Other languages have the same shape: see `Texts`. */

const scopes: Record<TokenScope, string> = {
  READ: 'read',
  WRITE: 'change settings',
  PAIR: 'link and start',
  ADMIN: 'create, delete, tokens',
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
    limited: (seconds: number) => `This token has used up its calls of this minute. On in ${seconds} s.`,
    busy: (seconds: number) => `The service is busy. On in ${seconds} s.`,
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

  // One instance: its settings, their plan, the proof, its lists.
  settings: {
    title: (name: string) => `Settings of ${name}`,
  },

  link: {
    title: 'Link a phone',
  },

  tokens: {
    title: 'Tokens',
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

import { type GraphQLSchema, OperationTypeNode } from 'graphql';
import type { TokenScope } from '../../src/access/principal.ts';

/** A root field as the matrix calls it. */
export interface RootFieldCall {
  /** Undefined where any token will do. */
  readonly scope: TokenScope | undefined;
  /** An instance's token may not call it, whatever its scopes. */
  readonly accountOnly?: true;
  /** What its argument names: an instance by its name or its id alone, a token, or nothing of anybody's. */
  readonly names: 'instance' | 'instance id' | 'token' | 'nothing';
  /** What is absent or another's is null without an error. */
  readonly isNullWhereAbsent?: true;
  /** The call of it that concerns what `name` stands for. */
  readonly text: (name: string) => string;
}

/**
 * How each root field is called, `node` for each type. A new one without an entry here fails the matrix: who may call it
 * is for its author to say, once here and once at the field.
 */
export const ROOT_FIELDS: Readonly<Record<string, RootFieldCall>> = {
  'query node Instance': {
    scope: 'read',
    names: 'instance id',
    isNullWhereAbsent: true,
    text: (id) => `node(id: "${id}") { id }`,
  },
  'query node PrivacySettings': {
    scope: 'read',
    names: 'instance id',
    isNullWhereAbsent: true,
    text: (id) => `node(id: "${id.replace('Instance:', 'PrivacySettings:')}") { id }`,
  },
  'query node PrivacyExclusions': {
    scope: 'read',
    names: 'instance id',
    isNullWhereAbsent: true,
    text: (id) => `node(id: "${id.replace('Instance:', 'PrivacyExclusions:')}:STATUS") { id }`,
  },
  'query node BlockedContacts': {
    scope: 'read',
    names: 'instance id',
    isNullWhereAbsent: true,
    text: (id) => `node(id: "${id.replace('Instance:', 'BlockedContacts:')}") { id }`,
  },
  'query node Token': {
    scope: 'admin',
    accountOnly: true,
    names: 'token',
    isNullWhereAbsent: true,
    text: (id) => `node(id: "${id}") { id }`,
  },
  'query instance': {
    scope: 'read',
    names: 'instance',
    isNullWhereAbsent: true,
    text: (name) => `instance(name: "${name}") { id name }`,
  },
  'query viewer': {
    scope: undefined,
    names: 'nothing',
    text: () => 'viewer { account { id label } token { instance { name } expiresAt id label scopes } }',
  },
  'query rateLimit': { scope: undefined, names: 'nothing', text: () => 'rateLimit { limit remaining resetAt }' },
  'query instances': { scope: 'read', names: 'nothing', text: () => 'instances { nodes { name } }' },
  'query privacy': { scope: 'read', names: 'instance', text: (name) => `privacy(instance: "${name}") { id }` },
  'query planPrivacy': {
    scope: 'read',
    names: 'instance',
    text: (name) => `planPrivacy(instance: "${name}", input: { privacy: { readReceipts: ALL } }) { stanzas }`,
  },
  'query privacyExclusions': {
    scope: 'read',
    names: 'instance',
    text: (name) => `privacyExclusions(instance: "${name}", field: LAST_SEEN) { id }`,
  },
  'query blockedContacts': {
    scope: 'read',
    names: 'instance',
    text: (name) => `blockedContacts(instance: "${name}") { id }`,
  },
  'query tokens': {
    scope: 'admin',
    accountOnly: true,
    names: 'instance',
    text: (name) => `tokens(instance: "${name}") { nodes { id label instance { name } } }`,
  },
  'mutation updatePrivacy': {
    scope: 'write',
    names: 'instance',
    text: (name) => `updatePrivacy(instance: "${name}", input: { privacy: { readReceipts: ALL } }) { stanzas }`,
  },
  'mutation updatePrivacyExclusions': {
    scope: 'write',
    names: 'instance',
    text: (name) =>
      `updatePrivacyExclusions(instance: "${name}", field: STATUS, input: { add: ["+4915730000021"] }) { stanzas }`,
  },
  'mutation blockContacts': {
    scope: 'write',
    names: 'instance',
    text: (name) => `blockContacts(instance: "${name}", contacts: ["+4915730000021"]) { stanzas }`,
  },
  'mutation unblockContacts': {
    scope: 'write',
    names: 'instance',
    text: (name) => `unblockContacts(instance: "${name}", contacts: ["+4915730000021"]) { stanzas }`,
  },
  'mutation createInstance': {
    scope: 'admin',
    accountOnly: true,
    names: 'nothing',
    text: (name) => `createInstance(name: "${name}-new") { instance { name } }`,
  },
  'mutation startInstance': {
    scope: 'pair',
    names: 'instance',
    text: (name) => `startInstance(instance: "${name}") { name }`,
  },
  'mutation stopInstance': {
    scope: 'pair',
    names: 'instance',
    text: (name) => `stopInstance(instance: "${name}") { name }`,
  },
  'mutation deleteInstance': {
    scope: 'admin',
    names: 'instance',
    text: (name) => `deleteInstance(instance: "${name}") { name }`,
  },
  'mutation pairInstance': {
    scope: 'pair',
    names: 'instance',
    text: (name) => `pairInstance(instance: "${name}") { name }`,
  },
  'mutation unlinkInstance': {
    scope: 'pair',
    names: 'instance',
    text: (name) => `unlinkInstance(instance: "${name}") { name }`,
  },
  'mutation rotateInstanceToken': {
    scope: 'admin',
    names: 'instance',
    text: (name) => `rotateInstanceToken(instance: "${name}") { instance { name } }`,
  },
  'mutation createToken': {
    scope: 'admin',
    accountOnly: true,
    names: 'instance',
    text: (name) => `createToken(input: { instance: "${name}", scopes: [ADMIN] }) { details { instance { name } } }`,
  },
  'mutation rotateToken': {
    scope: 'admin',
    accountOnly: true,
    names: 'token',
    text: (id) => `rotateToken(id: "${id}") { details { label } }`,
  },
  'mutation revokeToken': {
    scope: 'admin',
    accountOnly: true,
    names: 'token',
    text: (id) => `revokeToken(id: "${id}") { label }`,
  },
  'subscription instance': {
    scope: 'read',
    names: 'instance',
    text: (name) => `instance(name: "${name}") { id name }`,
  },
  'subscription instanceChanges': {
    scope: 'read',
    names: 'nothing',
    text: () => 'instanceChanges { caughtUp }',
  },
  'subscription privacyChanges': { scope: 'read', names: 'nothing', text: () => 'privacyChanges { caughtUp }' },
  'subscription privacy': { scope: 'read', names: 'instance', text: (name) => `privacy(instance: "${name}") { id }` },
};

/** All root fields that a schema has, as `query name`. */
export function rootFieldsOf(schema: GraphQLSchema): string[] {
  return Object.values(OperationTypeNode).flatMap((operation) =>
    Object.keys(schema.getRootType(operation)?.getFields() ?? {}).map((field) => `${operation} ${field}`),
  );
}

/** What a caller sees of an answer, but for what differs each time. */
export interface Seen {
  readonly status: number;
  readonly type: string | null;
  readonly text: string;
  /** The code of the first GraphQL error. */
  readonly code: string | undefined;
}

const STREAM_MS = 400;

/** The whole of an answer; of a stream its first event, or nothing where none comes soon. */
export async function see(url: string, init: RequestInit): Promise<Seen> {
  const leaving = new AbortController();
  const response = await fetch(url, { ...init, signal: leaving.signal });
  const type = response.headers.get('content-type');
  const text = type?.startsWith('text/event-stream') ? await firstEvent(response) : await response.text();
  leaving.abort();
  const code = /"code":"([A-Z_]+)"/.exec(text)?.[1];
  return { status: response.status, type, text, code };
}

async function firstEvent(response: Response): Promise<string> {
  if (!response.body) return '';
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  const late = new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), STREAM_MS));
  let text = '';
  while (!text.includes('data:')) {
    const read = await Promise.race([reader.read().catch(() => undefined), late]);
    if (!read || read.done) break;
    text += read.value;
  }
  return text.replaceAll(':\n\n', '');
}

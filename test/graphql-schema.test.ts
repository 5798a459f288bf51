import { readFile } from 'node:fs/promises';
import { generate } from '@graphql-codegen/cli';
import {
  getNamedType,
  GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  type GraphQLNamedType,
} from 'graphql';
import { expect, test } from 'vitest';
import codegen from '../codegen.ts';
import { printedSchema } from '../src/graphql/schema/print.ts';
import { schema } from '../src/graphql/schema/schema.ts';

test('there is one copy of graphql', () => {
  expect(schema).toBeInstanceOf(GraphQLSchema);
});

test('schema.graphql is what the code prints', async () => {
  expect(await readFile('schema.graphql', 'utf8')).toBe(printedSchema());
});

test('the typed documents are what codegen generates from schema.graphql', async () => {
  for (const { filename, content } of await generate(codegen, false)) {
    expect(await readFile(filename, 'utf8'), filename).toBe(content);
  }
});

test('every type, field, argument and value has a description', () => {
  const own = Object.values(schema.getTypeMap()).filter(
    ({ name }) => !name.startsWith('__') && !['Boolean', 'Int', 'ID', 'String', 'Float'].includes(name),
  );
  expect(own.flatMap(undescribed)).toEqual([]);
});

function undescribed(type: GraphQLNamedType): string[] {
  const parts: { name: string; description?: string | null | undefined }[] = [type];
  if (isEnumType(type)) parts.push(...type.getValues());
  if (isInputObjectType(type)) parts.push(...Object.values(type.getFields()));
  if (isObjectType(type) || isInterfaceType(type)) {
    for (const field of Object.values(type.getFields())) parts.push(field, ...field.args);
  }
  return parts.filter(({ description }) => !description).map(({ name }) => `${type.name}.${name}`);
}

test('every root field says which scope it takes', () => {
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  const fields = roots.flatMap((root) => Object.values(root?.getFields() ?? {}));
  const open = fields.filter((field) => {
    const options = field.extensions['pothosOptions'];
    return !(typeof options === 'object' && options !== null && 'authScopes' in options);
  });
  expect(fields.length).toBeGreaterThan(10);
  expect(open.map(({ name }) => name)).toEqual([]);
});

test('every type is reached from the roots, but the one that stands there for code generators alone', () => {
  const reached = new Set<GraphQLNamedType>();
  const visit = (type: GraphQLNamedType | null | undefined): void => {
    if (!type || reached.has(type)) return;
    reached.add(type);
    if (isInputObjectType(type)) for (const field of Object.values(type.getFields())) visit(getNamedType(field.type));
    if (isInterfaceType(type)) schema.getPossibleTypes(type).forEach(visit);
    if (!isObjectType(type) && !isInterfaceType(type)) return;
    for (const { type: result, args } of Object.values(type.getFields())) {
      visit(getNamedType(result));
      for (const argument of args) visit(getNamedType(argument.type));
    }
  };
  [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].forEach(visit);
  const all = Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith('__') && name !== 'Float');
  expect(all.filter((type) => !reached.has(type)).map(({ name }) => name)).toEqual(['ErrorCode']);
});

test('a mutation answers with the object whose state it changed, or with a payload of its own', () => {
  const mutations = Object.values(schema.getMutationType()?.getFields() ?? {});
  const others = mutations.filter(({ type }) => {
    if (!isObjectType(type)) return true;
    return !type.name.endsWith('Payload') && !type.getInterfaces().some(({ name }) => name === 'Node');
  });
  expect(mutations.length).toBeGreaterThan(10);
  expect(others.map(({ name, type }) => `${name}: ${String(type)}`)).toEqual([]);
  const payloads = mutations.map(({ type }) => String(type)).filter((name) => name.endsWith('Payload'));
  expect(new Set(payloads).size, 'each has its own').toBe(payloads.length);
});

test('the names that clients are written against stay', () => {
  const shape = (name: string): string[] => {
    const type = schema.getType(name);
    if (isInputObjectType(type))
      return Object.values(type.getFields()).map((field) => `${field.name}: ${String(field.type)}`);
    if (!isObjectType(type)) return [];
    return Object.values(type.getFields()).map((field) => {
      const args = field.args.map((arg) => `${arg.name}: ${String(arg.type)}`).join(', ');
      return `${field.name}${args && `(${args})`}: ${String(field.type)}`;
    });
  };
  expect(shape('Query')).toEqual([
    'node(id: ID!): Node',
    'instance(name: String!): Instance',
    'instances(first: Int, after: String): InstanceConnection!',
    'privacy(instance: String!): PrivacySettings',
    'planPrivacy(instance: String!, input: UpdatePrivacyInput!): PrivacyPlan',
    'privacyExclusions(instance: String!, field: ExclusionField!): PrivacyExclusions',
    'blockedContacts(instance: String!): BlockedContacts',
    'tokens(instance: String, first: Int, after: String): TokenConnection',
    'viewer: Viewer',
    'rateLimit: RateLimit',
  ]);
  expect(shape('Mutation').toSorted()).toEqual([
    'blockContacts(instance: String!, contacts: [String!]!): BlockContactsPayload',
    'createInstance(name: String!): CreateInstancePayload',
    'createToken(input: CreateTokenInput!): CreateTokenPayload',
    'deleteInstance(instance: String!): DeleteInstancePayload',
    'pairInstance(instance: String!, phoneNumber: String): Instance',
    'revokeToken(id: ID!): Token',
    'rotateInstanceToken(instance: String!): RotateTokenPayload',
    'rotateToken(id: ID!, overlapSeconds: Int): RotatedTokenPayload',
    'startInstance(instance: String!): Instance',
    'stopInstance(instance: String!): Instance',
    'unblockContacts(instance: String!, contacts: [String!]!): UnblockContactsPayload',
    'unlinkInstance(instance: String!): Instance',
    'updatePrivacy(instance: String!, input: UpdatePrivacyInput!): UpdatePrivacyPayload',
    'updatePrivacyExclusions(instance: String!, field: ExclusionField!, input: UpdateExclusionsInput!): UpdateExclusionsPayload',
  ]);
  expect(shape('Subscription')).toEqual([
    'instance(name: String!): Instance',
    'instanceChanges: InstanceChange',
    'privacy(instance: String!): PrivacySettings',
    'privacyChanges: PrivacyChange',
  ]);
  expect(shape('PrivacySettings')).toEqual([
    'id: ID!',
    'instance: Instance!',
    'visibility: VisibilitySettings!',
    'privacy: ReceiptSettings!',
    'permissions: PermissionSettings!',
    'other: [RawPrivacySetting!]!',
    'observedAt: DateTime!',
    'stale: Boolean!',
  ]);
  expect(shape('UpdatePrivacyPayload')).toEqual([
    'settings: PrivacySettings',
    'outcomes: [FieldOutcome!]!',
    'failures: [PartialFailure!]!',
    'warnings: [PrivacyWarning!]!',
    'stanzas: Int!',
  ]);
  expect(shape('PartialFailure')).toEqual([
    'field: PrivacyField!',
    'requested: String!',
    'current: String',
    'code: PartialFailureCode!',
    'message: String!',
    'retryable: Boolean!',
  ]);
  expect(shape('UpdatePrivacyInput')).toEqual([
    'visibility: VisibilityInput',
    'privacy: ReceiptInput',
    'permissions: PermissionInput',
    'onFailure: FailurePolicy',
    'ifObservedAt: DateTime',
  ]);
  expect(shape('PrivacyExclusions')).toEqual([
    'id: ID!',
    'instance: Instance!',
    'field: ExclusionField!',
    'active: Boolean!',
    'contacts: [ExcludedContact!]!',
    'observedAt: DateTime!',
  ]);
  expect(shape('BlockedContacts')).toEqual([
    'id: ID!',
    'instance: Instance!',
    'contacts: [BlockedContact!]!',
    'observedAt: DateTime!',
  ]);
  for (const type of ['ExcludedContact', 'BlockedContact'])
    expect(shape(type)).toEqual(['phoneNumber: String', 'lid: String']);
  expect(shape('UpdateExclusionsInput')).toEqual(['add: [String!]', 'remove: [String!]', 'replace: [String!]']);
  for (const [type, list] of [
    ['UpdateExclusionsPayload', 'exclusions: PrivacyExclusions'],
    ['BlockContactsPayload', 'blocked: BlockedContacts'],
    ['UnblockContactsPayload', 'blocked: BlockedContacts'],
  ] as const)
    expect(shape(type)).toEqual([
      list,
      'outcomes: [ContactOutcome!]!',
      'failures: [ContactFailure!]!',
      'stanzas: Int!',
    ]);
  expect(shape('ContactOutcome')).toEqual(['contact: String!', 'result: ContactResult!']);
  expect(shape('ContactFailure')).toEqual([
    'contact: String!',
    'code: ContactFailureCode!',
    'message: String!',
    'retryable: Boolean!',
  ]);
});

/* eslint-disable */
import * as types from './graphql.ts';
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';

/**
 * Map of all GraphQL operations in the project.
 *
 * This map has several performance disadvantages:
 * 1. It is not tree-shakeable, so it will include all operations in the project.
 * 2. It is not minifiable, so the string of a GraphQL query will be multiple times inside the bundle.
 * 3. It does not support dead code elimination, so it will add unused operations.
 *
 * Therefore it is highly recommended to use the babel or swc plugin for production.
 * Learn more about it here: https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#reducing-bundle-size
 */
type Documents = {
    "query Instances {\n  instances(first: 50) {\n    nodes {\n      id\n      name\n    }\n  }\n}\n\nquery Instance($name: String!) {\n  instance(name: $name) {\n    id\n    state\n    capabilities {\n      field\n      values\n    }\n    lastSettings {\n      ...Settings\n    }\n  }\n}\n\nsubscription PrivacyChanges($instance: String!) {\n  privacy(instance: $instance) {\n    ...Settings\n  }\n}\n\nmutation UpdatePrivacy($instance: String!, $input: UpdatePrivacyInput!) {\n  updatePrivacy(instance: $instance, input: $input) {\n    settings {\n      ...Settings\n    }\n    outcomes {\n      field\n      requested\n      current\n      result\n    }\n    failures {\n      field\n      code\n      message\n      retryable\n    }\n    warnings {\n      field\n      message\n    }\n  }\n}\n\nfragment Settings on PrivacySettings {\n  id\n  visibility {\n    lastSeen\n    status\n    profile\n    online\n    linkedProfiles\n    pix\n  }\n  privacy {\n    readReceipts\n    defense\n  }\n  permissions {\n    callAdd\n    groupAdd\n    messages\n    stickers\n  }\n  observedAt\n  stale\n}": typeof types.InstancesDocument,
};
const documents: Documents = {
    "query Instances {\n  instances(first: 50) {\n    nodes {\n      id\n      name\n    }\n  }\n}\n\nquery Instance($name: String!) {\n  instance(name: $name) {\n    id\n    state\n    capabilities {\n      field\n      values\n    }\n    lastSettings {\n      ...Settings\n    }\n  }\n}\n\nsubscription PrivacyChanges($instance: String!) {\n  privacy(instance: $instance) {\n    ...Settings\n  }\n}\n\nmutation UpdatePrivacy($instance: String!, $input: UpdatePrivacyInput!) {\n  updatePrivacy(instance: $instance, input: $input) {\n    settings {\n      ...Settings\n    }\n    outcomes {\n      field\n      requested\n      current\n      result\n    }\n    failures {\n      field\n      code\n      message\n      retryable\n    }\n    warnings {\n      field\n      message\n    }\n  }\n}\n\nfragment Settings on PrivacySettings {\n  id\n  visibility {\n    lastSeen\n    status\n    profile\n    online\n    linkedProfiles\n    pix\n  }\n  privacy {\n    readReceipts\n    defense\n  }\n  permissions {\n    callAdd\n    groupAdd\n    messages\n    stickers\n  }\n  observedAt\n  stale\n}": types.InstancesDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 *
 *
 * @example
 * ```ts
 * const query = graphql(`query GetUser($id: ID!) { user(id: $id) { name } }`);
 * ```
 *
 * The query argument is unknown!
 * Please regenerate the types.
 */
export function graphql(source: string): unknown;

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query Instances {\n  instances(first: 50) {\n    nodes {\n      id\n      name\n    }\n  }\n}\n\nquery Instance($name: String!) {\n  instance(name: $name) {\n    id\n    state\n    capabilities {\n      field\n      values\n    }\n    lastSettings {\n      ...Settings\n    }\n  }\n}\n\nsubscription PrivacyChanges($instance: String!) {\n  privacy(instance: $instance) {\n    ...Settings\n  }\n}\n\nmutation UpdatePrivacy($instance: String!, $input: UpdatePrivacyInput!) {\n  updatePrivacy(instance: $instance, input: $input) {\n    settings {\n      ...Settings\n    }\n    outcomes {\n      field\n      requested\n      current\n      result\n    }\n    failures {\n      field\n      code\n      message\n      retryable\n    }\n    warnings {\n      field\n      message\n    }\n  }\n}\n\nfragment Settings on PrivacySettings {\n  id\n  visibility {\n    lastSeen\n    status\n    profile\n    online\n    linkedProfiles\n    pix\n  }\n  privacy {\n    readReceipts\n    defense\n  }\n  permissions {\n    callAdd\n    groupAdd\n    messages\n    stickers\n  }\n  observedAt\n  stale\n}"): (typeof documents)["query Instances {\n  instances(first: 50) {\n    nodes {\n      id\n      name\n    }\n  }\n}\n\nquery Instance($name: String!) {\n  instance(name: $name) {\n    id\n    state\n    capabilities {\n      field\n      values\n    }\n    lastSettings {\n      ...Settings\n    }\n  }\n}\n\nsubscription PrivacyChanges($instance: String!) {\n  privacy(instance: $instance) {\n    ...Settings\n  }\n}\n\nmutation UpdatePrivacy($instance: String!, $input: UpdatePrivacyInput!) {\n  updatePrivacy(instance: $instance, input: $input) {\n    settings {\n      ...Settings\n    }\n    outcomes {\n      field\n      requested\n      current\n      result\n    }\n    failures {\n      field\n      code\n      message\n      retryable\n    }\n    warnings {\n      field\n      message\n    }\n  }\n}\n\nfragment Settings on PrivacySettings {\n  id\n  visibility {\n    lastSeen\n    status\n    profile\n    online\n    linkedProfiles\n    pix\n  }\n  privacy {\n    readReceipts\n    defense\n  }\n  permissions {\n    callAdd\n    groupAdd\n    messages\n    stickers\n  }\n  observedAt\n  stale\n}"];

export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}

export type DocumentType<TDocumentNode extends DocumentNode<any, any>> = TDocumentNode extends DocumentNode<  infer TType,  any>  ? TType  : never;
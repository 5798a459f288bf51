import { validate, type DocumentNode, type GraphQLError, type GraphQLSchema, type ValidationRule } from 'graphql';
import { limitIntrospection } from './introspection-limit.ts';
import { limitAliases, limitDepth, limitDirectives, limitRootFields } from './limits.ts';

const limitRules: readonly ValidationRule[] = [
  limitAliases,
  limitDirectives,
  limitRootFields,
  limitDepth,
  limitIntrospection,
];

/** The limits that a document exceeds. */
export const exceededLimits = (schema: GraphQLSchema, document: DocumentNode): readonly GraphQLError[] =>
  validate(schema, document, limitRules);

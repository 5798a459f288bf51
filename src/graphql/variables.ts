import { getOperationAST, getVariableValues, type DocumentNode, type GraphQLSchema } from 'graphql';
import { LIMITS } from './limits.ts';

/**
 * Refuses variables that do not fit. Before anything else looks at them: each error quotes all of a value, so that one
 * for each thing that is wrong would take the square of the value's size.
 * @throws AggregateError of GraphQLErrors
 */
export function refuseVariables(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | null | undefined,
  variables: Record<string, unknown> | null | undefined,
): void {
  const definitions = getOperationAST(document, operationName)?.variableDefinitions ?? [];
  if (definitions.length === 0) return;
  const options = { maxErrors: LIMITS.errors, hideSuggestions: true };
  const { errors } = getVariableValues(schema, definitions, variables ?? {}, options);
  if (errors) throw new AggregateError(errors, 'The variables do not fit');
}

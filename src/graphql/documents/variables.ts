import { getOperationAST, getVariableValues, type DocumentNode, type GraphQLSchema } from 'graphql';
import { LIMITS, LimitError } from './limits.ts';

/**
 * Refuses variables that are too many, or do not fit. Before anything else looks at them: each error quotes all of a value,
 * so that one for each thing that is wrong would take the square of the value's size.
 * @throws LimitError; AggregateError of GraphQLErrors
 */
export function refuseVariables(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | null | undefined,
  variables: Record<string, unknown> | null | undefined,
): void {
  if (valuesIn(variables, LIMITS.values) > LIMITS.values) {
    throw new LimitError(`Variables may have ${LIMITS.values} values at most, those in lists and objects included`);
  }
  const definitions = getOperationAST(document, operationName)?.variableDefinitions ?? [];
  if (definitions.length === 0) return;
  const { errors } = getVariableValues(schema, definitions, variables ?? {}, { maxErrors: LIMITS.errors });
  if (errors) throw new AggregateError(errors, 'The variables do not fit');
}

/** How many values there are in a JSON value, as far as they are of interest: it may nest as deep as that as well. */
function valuesIn(value: unknown, most: number): number {
  if (most < 0 || typeof value !== 'object' || value === null) return 0;
  let values = 0;
  for (const name in value) {
    values += 1 + valuesIn((value as Record<string, unknown>)[name], most - values - 1);
    if (values > most) break;
  }
  return values;
}

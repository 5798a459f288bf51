import { complexityFromQuery } from '@pothos/plugin-complexity';
import { GraphQLError, Kind, type DocumentNode, type GraphQLSchema } from 'graphql';
import { LIMITS, LimitError } from '../documents/limits.ts';
import { DEFAULT_PAGE } from './page.ts';

/** A field costs 1, unless it says otherwise. */
export const FIELD_COST = 1;
/** A read of WhatsApp, as against one of our memory. */
export const READ_COST = 20;
/** Writes, and the reads that prove them. */
export const WRITE_COST = 50;

/** A list of contacts is as long as WhatsApp says: what is asked for each contact counts as for a hundred of them. */
export const CONTACTS_COST = { field: FIELD_COST, multiplier: 100 } as const;

/** What is asked for of a page comes as often as the page has places. */
export const pageCost = ({ first }: { readonly first?: number | null | undefined }) => ({
  field: FIELD_COST,
  multiplier: first ?? DEFAULT_PAGE,
});

/** What an operation costs, as its answer says it. */
export interface Cost {
  readonly requested: number;
  /** What one may cost. */
  readonly maximum: number;
}

/**
 * What an operation costs; one that costs too much is refused. Here and not among the rules for documents, whose judgement is
 * kept for the next request with the same document: sizes of pages come in variables.
 * @throws LimitError; PrivetError for a page size that is none
 */
export function judgeCost(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | null | undefined,
  variables: Record<string, unknown> | null | undefined,
): Cost {
  const cost = costOf(schema, chosen(document, operationName), variables ?? {});
  if (cost > LIMITS.cost) {
    throw new LimitError(
      `An operation may cost ${LIMITS.cost} at most; this one costs ${cost}: ask for less at once, such as smaller pages`,
    );
  }
  return { requested: cost, maximum: LIMITS.cost };
}

function costOf(schema: GraphQLSchema, document: DocumentNode, variables: Record<string, unknown>): number {
  try {
    return complexityFromQuery(document, { schema, variables }).complexity;
  } catch (error) {
    // Variables that do not fit: execution names all of them, and does nothing else.
    if (error instanceof GraphQLError) return 0;
    throw error;
  }
}

/** The document with the one operation that is to be executed. */
function chosen(document: DocumentNode, operationName: string | null | undefined): DocumentNode {
  if (!operationName) return document;
  const definitions = document.definitions.filter(
    (node) => node.kind !== Kind.OPERATION_DEFINITION || node.name?.value === operationName,
  );
  return { ...document, definitions };
}

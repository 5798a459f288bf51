import { z } from 'zod';

export const DEFAULT_PAGE = 20;
export const LARGEST_PAGE = 100;

const outOfRange = `first must be a number from 1 to ${LARGEST_PAGE}`;

/** The size of a page, as a client asks for it. */
export const pageSize = z.int(outOfRange).min(1, outOfRange).max(LARGEST_PAGE, outOfRange);

/** A page of a Relay connection. */
export function connectionOf<T>(
  nodes: readonly T[],
  cursorOf: (node: T) => string,
  { hasNextPage, hasPreviousPage }: { readonly hasNextPage: boolean; readonly hasPreviousPage: boolean },
  totalCount: () => number | Promise<number>,
) {
  // Opaque to clients, so that it may become something else one day.
  const edges = nodes.map((node) => ({ node, cursor: Buffer.from(cursorOf(node)).toString('base64url') }));
  return {
    edges,
    totalCount,
    pageInfo: {
      hasNextPage,
      hasPreviousPage,
      startCursor: edges.at(0)?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}

/** What `cursorOf` gave for the node that a cursor stands for. */
export const textOfCursor = (cursor: string): string => Buffer.from(cursor, 'base64url').toString();

export const BAD_CURSOR = 'after must be a cursor that an earlier page gave';

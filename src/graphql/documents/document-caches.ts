import type { DocumentNode } from 'graphql';
import { LRUCache } from 'lru-cache';
import { tokensOf } from './limits.ts';

const MOST_ENTRIES = 1_024;
const DOCUMENT_BYTES = 8 * 1024 * 1024;
const ERROR_BYTES = 1024 * 1024;

/** What a token takes with the nodes of the tree that came of it: 90 bytes (a comment) to 450 (a field) were measured. */
const TOKEN_BYTES = 500;
/** An error beside its source: places, a stack, the text. */
const ERROR_EXTRA_BYTES = 4 * 1024;

const bytesOf = (text: string): number => 2 * text.length;

/**
 * Documents that were parsed, and those that can not be, by their text. Bounded by bytes: what is asked for a second time
 * is parsed and judged once, and what is asked for but once must not fill the memory.
 */
export const documentCaches = () => ({
  documentCache: new LRUCache<string, DocumentNode>({
    max: MOST_ENTRIES,
    maxSize: DOCUMENT_BYTES,
    sizeCalculation: (document, text) => bytesOf(text) + TOKEN_BYTES * (1 + tokensOf(document)),
  }),
  errorCache: new LRUCache<string, Error>({
    max: MOST_ENTRIES,
    maxSize: ERROR_BYTES,
    sizeCalculation: (_error, text) => bytesOf(text) + ERROR_EXTRA_BYTES,
  }),
});

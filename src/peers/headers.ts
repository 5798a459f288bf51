import type { IncomingHttpHeaders } from 'node:http2';
import type { MarkedRequest } from './marks.ts';

/** Names of the headers, and the paths that are no method of the handler. */
export const HEADERS = {
  target: 'privet-target',
  asker: 'privet-asker',
  nonce: 'privet-nonce',
  challenge: 'privet-challenge',
  proof: 'privet-proof',
  sequence: 'privet-sequence',
  deadline: 'deadline-ms',
  bodyHash: 'privet-body',
  mark: 'privet-mark',
} as const;

/** Both say who they are; nothing is asked yet. */
export const HELLO_PATH = '/hello';
/** The asker proves that it has the key, before it has a question. */
export const KNOWN_PATH = '/known';
export const ASK_PATH = '/ask/';
export const STREAM_PATH = '/stream/';

/** A header that came once; undefined where it is absent. */
export function textOf(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : undefined;
}

/** A whole number as its header has it, written in the one way; undefined for anything else. */
function countOf(text: string | undefined): number | undefined {
  return text !== undefined && /^(0|[1-9]\d{0,14})$/.test(text) ? Number(text) : undefined;
}

/** The request that these headers speak of, with the mark that is to hold for it; undefined where they speak of none. */
export function readRequest(headers: IncomingHttpHeaders): (MarkedRequest & { readonly mark: string }) | undefined {
  const sequence = countOf(textOf(headers, HEADERS.sequence));
  const length = countOf(textOf(headers, 'content-length'));
  const verb = headers[':method'];
  const path = headers[':path'];
  const bodyHash = textOf(headers, HEADERS.bodyHash);
  const mark = textOf(headers, HEADERS.mark);
  const deadlineMs = textOf(headers, HEADERS.deadline) ?? '';
  if (sequence === undefined || length === undefined || verb === undefined || path === undefined) return undefined;
  if (bodyHash === undefined || mark === undefined) return undefined;
  if (deadlineMs !== '' && countOf(deadlineMs) === undefined) return undefined;
  return { sequence, length, verb, path, bodyHash, mark, deadlineMs };
}

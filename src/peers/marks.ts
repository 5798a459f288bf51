import { createHmac, createSecretKey, hash, type KeyObject, randomBytes, timingSafeEqual } from 'node:crypto';

/** What all nodes of one database have, and nobody else. */
export type PeerKey = KeyObject | Uint8Array;

/** What both ends say before anything else. It names the run that is asked, so that no other can answer in its place. */
export interface Greeting {
  readonly target: string;
  readonly asker: string;
  /** Random, the asker's. */
  readonly nonce: string;
  /** Random, of the node that is asked. */
  readonly challenge: string;
}

/** A request as its mark covers it, whole: the body by its hash, so that a request is judged before its body is read. */
export interface MarkedRequest {
  /** Grows with each request of a connection. */
  readonly sequence: number;
  readonly verb: string;
  readonly path: string;
  /** As the header has it; empty where there is none. */
  readonly deadlineMs: string;
  readonly length: number;
  readonly bodyHash: string;
}

export const randomText = (): string => randomBytes(32).toString('base64url');

/** SHA-256. */
export const hashOf = (bytes: Uint8Array): string => hash('sha256', bytes, 'base64url');

/** Takes as long whether they are the same or not. */
export function isSameMark(given: string | undefined, right: string): boolean {
  if (given === undefined) return false;
  const [a, b] = [Buffer.from(given), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/**
 * The marks of one connection, by HMAC under a key that only its two ends can know: what was marked on another connection
 * is nothing here. Each kind begins with its own word, so that none can stand for another.
 */
export class ConnectionMarks {
  /** As an object: from bytes one would be made for each mark, which takes five times as long as the mark. */
  readonly #key: KeyObject;

  constructor(key: PeerKey, { target, asker, nonce, challenge }: Greeting) {
    const greeting = JSON.stringify(['privet peers 1', target, asker, nonce, challenge]);
    this.#key = createSecretKey(createHmac('sha256', key).update(greeting).digest());
  }

  /** That the node that is asked has the key. */
  proof(): string {
    return this.#mark('proof');
  }

  request({ sequence, verb, path, deadlineMs, length, bodyHash }: MarkedRequest): string {
    return this.#mark(`request\n${sequence}\n${verb}\n${path}\n${deadlineMs}\n${length}\n${bodyHash}`);
  }

  /** The answer to the request of that sequence number. */
  answer(sequence: number, status: number, body: Uint8Array): string {
    return this.#mark(`answer\n${sequence}\n${status}\n${hashOf(body)}`);
  }

  /** One value of the stream that the request of that sequence number opened; `index` counts from 0. */
  frame(sequence: number, index: number, kind: number, payload: Uint8Array): Buffer {
    return createHmac('sha256', this.#key).update(`frame\n${sequence}\n${index}\n${kind}\n`).update(payload).digest();
  }

  #mark(text: string): string {
    return createHmac('sha256', this.#key).update(text).digest('base64url');
  }
}

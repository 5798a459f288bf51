import type { BinaryNode } from '@whiskeysockets/baileys';
import { kindOf, type StanzaKind } from './stanza-kind.ts';

/** One stanza that the server received. */
export interface LoggedStanza extends StanzaKind {
  /** Epoch milliseconds, when the server received it: half a round trip after it was sent. */
  readonly at: number;
  readonly tag: string;
  readonly xmlns?: string;
  readonly type?: string;
  readonly id?: string;
  /** The whole stanza; without its content where that is large, a pre-key upload for example. */
  readonly node: BinaryNode;
}

/** How many stanzas are kept for an account; then the oldest ones go. */
const LOG_LIMIT = 10_000;

/** Children beyond this number are not kept: 1,000 accounts with 812 pre-keys each would not fit. */
const KEPT_CHILDREN = 128;

export class StanzaLog {
  readonly entries: LoggedStanza[] = [];

  add(node: BinaryNode): void {
    const { xmlns, type, id } = node.attrs;
    this.entries.push({
      at: Date.now(),
      tag: node.tag,
      ...(xmlns === undefined ? {} : { xmlns }),
      ...(type === undefined ? {} : { type }),
      ...(id === undefined ? {} : { id }),
      ...kindOf(node),
      node: isLarge(node) ? { tag: node.tag, attrs: node.attrs } : node,
    });
    if (this.entries.length > LOG_LIMIT) this.entries.shift();
  }
}

function isLarge(node: BinaryNode): boolean {
  if (!Array.isArray(node.content)) return false;
  return node.content.length > KEPT_CHILDREN || node.content.some(isLarge);
}

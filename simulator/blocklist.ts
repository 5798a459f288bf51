import type { BinaryNode } from '@whiskeysockets/baileys';
import { node, only, Refusal } from './nodes.ts';
import { type Owner, type People, personNode, readPerson } from './people.ts';

/** Whom an account has blocked, by phone number. */
export class Blocklist {
  readonly #members = new Set<string>();
  readonly #now: () => number;
  #stamp = 0;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  get members(): ReadonlySet<string> {
    return this.#members;
  }

  get dhash(): string {
    return this.#stamp === 0 ? 'none' : String(this.#stamp);
  }

  /** Blocking who is blocked, and unblocking who is not, leaves the members as they are. */
  change(action: 'block' | 'unblock', phoneNumber: string): void {
    if (action === 'block') this.#members.add(phoneNumber);
    else this.#members.delete(phoneNumber);
    this.#stamp = Math.max(this.#now(), this.#stamp + 1);
  }
}

/** What a stanza about the blocklist is answered from. */
export interface BlocklistContext {
  readonly blocklist: Blocklist;
  readonly owner: Owner;
  readonly people: People;
}

/** Checks a read and returns its work. */
export function planBlocklistRead(iq: BinaryNode, context: BlocklistContext): () => BinaryNode[] {
  if (Array.isArray(iq.content) && iq.content.length > 0) throw new Refusal(400, 'a read with content');
  return () => [listNode(context)];
}

/** Checks a write of one item and returns its work, which answers with the whole list. */
export function planBlocklistWrite(iq: BinaryNode, context: BlocklistContext): () => BinaryNode[] {
  const item = only(iq, 'item');
  const { action, jid: _, pn_jid: __, ...others } = item.attrs;
  if (action !== 'block' && action !== 'unblock') throw new Refusal(400, 'neither block nor unblock');
  if (Object.keys(others).length > 0) throw new Refusal(400, 'unknown attributes');
  const { phoneNumber } = readPerson(item, context.owner, context.people);
  return () => {
    context.blocklist.change(action, phoneNumber);
    return [listNode(context)];
  };
}

function listNode({ blocklist, owner, people }: BlocklistContext): BinaryNode {
  const items = [...blocklist.members].map((phoneNumber) => personNode('item', phoneNumber, owner, people));
  return node('list', { matched: 'false', dhash: blocklist.dhash }, items);
}

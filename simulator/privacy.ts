import type { BinaryNode } from '@whiskeysockets/baileys';
import { child, children, node, Refusal } from './nodes.ts';

const AUDIENCE = ['all', 'contacts', 'contact_blacklist', 'none'] as const;

/** What a linked device may write, category by category. Anything else is refused with 400. */
export const WRITABLE: Readonly<Record<string, readonly string[]>> = {
  last: AUDIENCE,
  status: AUDIENCE,
  profile: AUDIENCE,
  online: ['all', 'match_last_seen'],
  readreceipts: ['all', 'none'],
  calladd: ['all', 'known'],
  groupadd: ['all', 'contacts', 'contact_blacklist'],
  messages: ['all', 'contacts'],
  defense: ['off', 'on_standard'],
  stickers: ['contacts', 'contact_allowlist', 'none'],
  linked_profiles: AUDIENCE,
  pix: AUDIENCE,
};

/** What a new account holds. The last three go beyond what most clients model. */
export const DEFAULT_PRIVACY: Readonly<Record<string, string>> = {
  last: 'all',
  status: 'all',
  profile: 'all',
  online: 'all',
  readreceipts: 'all',
  calladd: 'all',
  groupadd: 'all',
  messages: 'all',
  defense: 'off',
  stickers: 'contacts',
};

export type Snapshot = Map<string, string>;

/** The category that a stanza writes, where it writes exactly one. Used for matching and for the log. */
export function writtenCategory(iq: BinaryNode): { category: string; value: string } | undefined {
  const { name, value } = child(child(iq, 'privacy'), 'category')?.attrs ?? {};
  return name === undefined || value === undefined ? undefined : { category: name, value };
}

/** Answers `<privacy/>` with every category of the account. */
export function readPrivacy(iq: BinaryNode, snapshot: Snapshot): BinaryNode[] {
  const request = only(iq, 'privacy');
  if (children(request).some((each) => each.tag === 'list')) throw new Refusal(501, 'exclusion lists');
  if (request.content !== undefined && children(request).length > 0) throw new Refusal(400, 'a read with content');
  if (Object.keys(request.attrs).length > 0) throw new Refusal(400, 'a read with attributes');
  return [
    node(
      'privacy',
      {},
      [...snapshot].map(([name, value]) => node('category', { name, value })),
    ),
  ];
}

/** Checks a write and returns how to carry it out, so that a fault can put the doing off. */
export function planWrite(iq: BinaryNode, snapshot: Snapshot): () => BinaryNode[] {
  const request = only(iq, 'privacy');
  // Every known client sends one category per write.
  const category = only(request, 'category');
  if (Object.keys(request.attrs).length > 0) throw new Refusal(400, 'a plain write carries no addressing mode');
  if (children(category).length > 0 || category.attrs['dhash'] !== undefined) throw new Refusal(501, 'exclusion lists');
  const { name, value, ...others } = category.attrs;
  if (name === undefined || value === undefined) throw new Refusal(400, 'a category without name or value');
  if (Object.keys(others).length > 0) throw new Refusal(400, 'unknown attributes');
  if (!WRITABLE[name]?.includes(value)) throw new Refusal(400, 'unknown category, or a value it cannot take');
  // An account whose snapshot lacks the category does not have the feature.
  if (!snapshot.has(name)) throw new Refusal(400, 'the account has no such category');
  return () => {
    snapshot.set(name, value);
    // Only an exclusion list has a version.
    const version = value === 'contact_blacklist' ? { dhash: String(Date.now()) } : {};
    return [node('privacy', {}, [node('category', { name, value, ...version })])];
  };
}

/** The only child of a stanza, which must have this tag. */
function only(parent: BinaryNode, tag: string): BinaryNode {
  const [first, ...more] = children(parent);
  if (first?.tag !== tag || more.length > 0) throw new Refusal(400, `expected exactly one <${tag}>`);
  return first;
}

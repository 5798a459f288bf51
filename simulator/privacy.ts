import type { BinaryNode } from '@whiskeysockets/baileys';
import { isListRead, isListWrite, planListRead, planListWrite, type PrivacyContext } from './exclusions.ts';
import { children, node, only, Refusal } from './nodes.ts';

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

/** Checks a read and returns its work: every category of the account, or who is left out of one. */
export function planRead(iq: BinaryNode, context: PrivacyContext): () => BinaryNode[] {
  const request = only(iq, 'privacy');
  if (isListRead(request)) return planListRead(request, context);
  if (children(request).length > 0) throw new Refusal(400, 'a read with content');
  if (Object.keys(request.attrs).length > 0) throw new Refusal(400, 'a read with attributes');
  return () => [privacyNode(context.privacy)];
}

export function privacyNode(values: Iterable<[string, string]>): BinaryNode {
  return node(
    'privacy',
    {},
    [...values].map(([name, value]) => node('category', { name, value })),
  );
}

/** Checks a write and returns how to carry it out, so that a fault can put the doing off. */
export function planWrite(iq: BinaryNode, context: PrivacyContext): () => BinaryNode[] {
  const request = only(iq, 'privacy');
  // Every known client sends one category per write.
  const category = only(request, 'category');
  if (isListWrite(category)) return planListWrite(request, context);
  if (Object.keys(request.attrs).length > 0) throw new Refusal(400, 'a plain write carries no addressing mode');
  const { name, value, ...others } = category.attrs;
  if (name === undefined || value === undefined) throw new Refusal(400, 'a category without name or value');
  if (Object.keys(others).length > 0) throw new Refusal(400, 'unknown attributes');
  if (!WRITABLE[name]?.includes(value)) throw new Refusal(400, 'unknown category, or a value it cannot take');
  const { privacy } = context;
  // An account whose snapshot lacks the category does not have the feature.
  if (!privacy.has(name)) throw new Refusal(400, 'the account has no such category');
  return () => {
    privacy.set(name, value);
    // Only an exclusion list has a version.
    const dhash = privacy.list(name)?.dhash;
    return [node('privacy', {}, [node('category', { name, value, ...(dhash === undefined ? {} : { dhash }) })])];
  };
}

import type { BinaryNode } from '@whiskeysockets/baileys';
import { children, node, only, Refusal } from './nodes.ts';
import { type Owner, type People, personNode, readPerson } from './people.ts';
import { BLACKLIST, LISTED, type PrivacyState } from './privacy-state.ts';

/** What a stanza about privacy is answered from. */
export interface PrivacyContext {
  readonly privacy: PrivacyState;
  readonly owner: Owner;
  readonly people: People;
}

const DHASH = /^(none|\d+)$/;

export const isListRead = (request: BinaryNode): boolean => children(request).some(({ tag }) => tag === 'list');

/** A write without members and without a version is a plain one. */
export const isListWrite = (category: BinaryNode): boolean =>
  category.attrs['dhash'] !== undefined || children(category).length > 0;

/**
 * Checks a read of one list. Its work answers without a list where the category is not on contact_blacklist, or the client
 * has this state of the list already.
 */
export function planListRead(request: BinaryNode, { privacy, owner, people }: PrivacyContext): () => BinaryNode[] {
  checkAddressing(request, owner);
  const { name = '', value, dhash, ...others } = only(request, 'list').attrs;
  if (value !== BLACKLIST || Object.keys(others).length > 0) throw new Refusal(400, 'not a read of a list');
  if (dhash !== undefined && !DHASH.test(dhash)) throw new Refusal(400, 'dhash');
  checkCategory(name, privacy);
  return () => {
    const list = privacy.list(name);
    if (!list || list.dhash === dhash) return [node('privacy')];
    const users = [...list.members].map((phoneNumber) => personNode('user', phoneNumber, owner, people));
    return [node('privacy', {}, [node('list', { name, value, dhash: list.dhash }, users)])];
  };
}

/** Checks a write of mode and members. Its work is refused with 409 where the list was changed meanwhile. */
export function planListWrite(request: BinaryNode, { privacy, owner, people }: PrivacyContext): () => BinaryNode[] {
  checkAddressing(request, owner);
  const category = only(request, 'category');
  const { name = '', value, dhash = '', ...others } = category.attrs;
  if (value !== BLACKLIST || Object.keys(others).length > 0)
    throw new Refusal(400, 'members go with contact_blacklist');
  if (!DHASH.test(dhash)) throw new Refusal(400, 'dhash');
  checkCategory(name, privacy);
  const change = readMembers(children(category), owner, people);
  return () => {
    // A client without a version must not write over a list that there is.
    if (dhash !== (privacy.list(name)?.dhash ?? 'none')) throw new Refusal(409, 'a stale dhash');
    privacy.change(name, change);
    return [node('privacy', {}, [node('category', { name, value, dhash: privacy.list(name)?.dhash ?? '' })])];
  };
}

function readMembers(users: BinaryNode[], owner: Owner, people: People): { add: string[]; remove: string[] } {
  const change = { add: new Array<string>(), remove: new Array<string>() };
  const seen = new Set<string>();
  for (const user of users) {
    const { action, jid: _, pn_jid: __, ...others } = user.attrs;
    if (user.tag !== 'user' || Object.keys(others).length > 0) throw new Refusal(400, 'not a member');
    if (action !== 'add' && action !== 'remove') throw new Refusal(400, 'neither add nor remove');
    const { phoneNumber } = readPerson(user, owner, people);
    if (seen.has(phoneNumber)) throw new Refusal(400, 'the same member twice');
    seen.add(phoneNumber);
    change[action].push(phoneNumber);
  }
  return change;
}

/** Lists of who has a LID are addressed by LID, and say so; others must not. */
function checkAddressing({ attrs }: BinaryNode, owner: Owner): void {
  const { addressing_mode: mode, ...others } = attrs;
  if (mode !== (owner.lid === undefined ? undefined : 'lid')) throw new Refusal(400, 'addressing_mode');
  if (Object.keys(others).length > 0) throw new Refusal(400, 'unknown attributes');
}

function checkCategory(name: string, privacy: PrivacyState): void {
  if (!LISTED.includes(name)) throw new Refusal(400, 'a category without lists');
  if (!privacy.has(name)) throw new Refusal(400, 'the account has no such category');
}

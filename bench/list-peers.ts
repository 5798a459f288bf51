import { addressOf } from '../src/privacy/contacts/jids.ts';
import { toldIn, usyncStanza } from '../src/privacy/contacts/usync.ts';
import { listIn, readListStanza, writeListStanza, type ListItem } from '../src/privacy/lists/list-stanzas.ts';
import { replyOf } from '../src/wire/reply.ts';
import type { Stanza } from '../src/wire/stanza.ts';
import type { Peer } from './peers.ts';

const CATEGORY = 'last';
const REPLY_MS = 10_000;

/** Sends one stanza, and waits for its reply. */
async function ask({ socket }: Peer, stanza: Stanza) {
  const answer = await socket.query(stanza, REPLY_MS);
  return replyOf({ tag: answer.tag, attrs: answer.attrs, content: answer.content ?? '' });
}

/** Whom these numbers belong to: one look-up for all of them, which is more than the peers do. */
async function lookUp(peer: Peer, numbers: readonly string[]): Promise<ListItem[]> {
  const named = numbers.map((digits) => ({ text: digits, kind: 'phone' as const, digits }));
  const told = toldIn(await ask(peer, usyncStanza(named)));
  if (told.kind !== 'told') throw new Error(`The look-up came to ${told.kind}`);
  return named.map((each) => {
    const known = told.find(each);
    const address = known?.kind === 'found' ? addressOf(known.contact, true) : undefined;
    if (!address) throw new Error('A contact was not found');
    return { action: 'add', address };
  });
}

async function readList(peer: Peer) {
  const list = listIn(await ask(peer, readListStanza(CATEGORY, true)), CATEGORY);
  if (list.kind !== 'list') throw new Error(`The read of the list came to ${list.kind}`);
  return list;
}

async function write(peer: Peer, version: string | undefined, items: readonly ListItem[]): Promise<string | undefined> {
  const reply = await ask(peer, writeListStanza(CATEGORY, version, items, true));
  if (reply.kind !== 'result') throw new Error(`The write of the list came to ${reply.kind}`);
  return versionIn(reply.stanza);
}

/** WhatsApp answers a write with the version that the list has from then on. */
function versionIn(stanza: Stanza): string | undefined {
  if (stanza.attrs['dhash'] !== undefined) return stanza.attrs['dhash'];
  const children = Array.isArray(stanza.content) ? stanza.content : [];
  return children.map(versionIn).find((version) => version !== undefined);
}

const phonesOf = ({ contacts }: Awaited<ReturnType<typeof readList>>): string[] =>
  contacts.flatMap(({ phoneNumber }) => phoneNumber ?? []);

/** All contacts in one write, as zapo writes a list: a stanza, its reply, the next stanza. */
export async function addByStanza(peer: Peer, numbers: readonly string[]): Promise<string[]> {
  const items = await lookUp(peer, numbers);
  const { version } = await readList(peer);
  await write(peer, version, items);
  return phonesOf(await readList(peer));
}

/** A write for each contact, as callers of Z-API do that have one number at a time. */
export async function addByContact(peer: Peer, numbers: readonly string[]): Promise<string[]> {
  const items = await lookUp(peer, numbers);
  let { version } = await readList(peer);
  for (const item of items) version = await write(peer, version, [item]);
  return phonesOf(await readList(peer));
}

import type { BinaryNode } from '@whiskeysockets/baileys';
import { child, children, childText, node, Refusal } from './nodes.ts';
import { type People, type Person, phoneJid } from './people.ts';
import type { Timer } from './timer.ts';

/** Whom there is to ask about. */
export interface Directory extends People {
  /** Undefined where the phone number is that of a contact, of whom no more is known. */
  account(phoneNumber: string): { readonly devices: ReadonlyMap<number, unknown>; readonly timer: Timer } | undefined;
}

/** So many users fit into one request. */
const MOST_USERS = 3_000;

/**
 * Checks a question about people and returns its work: who is on WhatsApp, under which LID, with which devices. People are
 * named by `<contact>+digits</contact>` or by a JID of either kind.
 */
export function planUsync(iq: BinaryNode, directory: Directory): () => BinaryNode[] {
  const usync = child(iq, 'usync');
  const list = child(usync, 'list');
  const protocols = children(child(usync, 'query')).map(({ tag }) => tag);
  if (!usync || !list || protocols.length === 0) throw new Refusal(400, 'a usync without query or list');
  const users = children(list);
  if (users.length > MOST_USERS) throw new Refusal(419, 'too many users');
  if (users.some(({ tag }) => tag !== 'user')) throw new Refusal(400, 'a list of something else than users');
  const { sid = '', mode = 'query', context = 'interactive' } = usync.attrs;
  return () => {
    const answers = users.map((user) => describe(user, protocols, directory));
    return [node('usync', { sid, mode, context, last: 'true', index: '0' }, [node('list', {}, answers)])];
  };
}

function describe(user: BinaryNode, protocols: readonly string[], directory: Directory): BinaryNode {
  const asked = childText(user, 'contact');
  const jid = user.attrs['jid'] ?? phoneJid((asked ?? '').replace(/^\+/, ''));
  // Without the + a number is a local one, of a country that the server would have to guess.
  const isLocal = user.attrs['jid'] === undefined && !/^\+\d+$/.test(asked ?? '');
  const person = isLocal ? undefined : directory.byJid(jid);
  return node(
    'user',
    { jid },
    protocols.flatMap((protocol) =>
      protocol === 'contact' ? [contactNode(asked, person)] : detail(protocol, person, directory),
    ),
  );
}

/** The number is repeated as it was asked for. */
const contactNode = (asked: string | undefined, person: Person | undefined): BinaryNode =>
  node('contact', { type: person ? 'in' : 'out' }, asked === undefined ? undefined : Buffer.from(asked));

function detail(protocol: string, person: Person | undefined, directory: Directory): BinaryNode[] {
  if (!person) return [];
  if (protocol === 'lid') return person.lid === undefined ? [] : [node('lid', { val: `${person.lid}@lid` })];
  const account = directory.account(person.phoneNumber);
  if (protocol === 'disappearing_mode') return [account?.timer.node ?? node(protocol, { duration: '0', t: '0' })];
  if (protocol !== 'devices') return [];
  const devices = [node('device', { id: '0' })];
  for (const id of account?.devices.keys() ?? []) {
    devices.push(node('device', { id: String(id), 'key-index': String(id) }));
  }
  return [node('devices', {}, [node('device-list', {}, devices)])];
}

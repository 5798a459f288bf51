import type { BinaryNode } from '@whiskeysockets/baileys';
import type { Accounts } from './accounts.ts';
import { child, children, childText, node, Refusal } from './nodes.ts';
import type { Person } from './people.ts';

/** Answers who is on WhatsApp, under which LID, with which devices: what Baileys asks about contacts. */
export function answerUsync(iq: BinaryNode, accounts: Accounts): BinaryNode[] {
  const usync = child(iq, 'usync');
  const list = child(usync, 'list');
  const protocols = children(child(usync, 'query')).map(({ tag }) => tag);
  if (!usync || !list || protocols.length === 0) throw new Refusal(400, 'a usync without query or list');
  const users = children(list).map((user) => {
    const phone = childText(user, 'contact')?.replace(/^\+/, '');
    const jid = user.attrs['jid'] ?? (phone === undefined ? '' : `${phone}@s.whatsapp.net`);
    const person = accounts.byJid(jid);
    return node(
      'user',
      { jid },
      protocols.flatMap((protocol) => describe(protocol, person, accounts)),
    );
  });
  const { sid = '', mode = 'query', context = 'interactive' } = usync.attrs;
  return [node('usync', { sid, mode, context, last: 'true', index: '0' }, [node('list', {}, users)])];
}

function describe(protocol: string, person: Person | undefined, accounts: Accounts): BinaryNode[] {
  if (protocol === 'contact') return [node('contact', { type: person ? 'in' : 'out' })];
  if (!person) return [];
  if (protocol === 'lid') return person.lid === undefined ? [] : [node('lid', { val: `${person.lid}@lid` })];
  const account = accounts.account(person.phoneNumber);
  if (protocol === 'disappearing_mode') {
    return [node('disappearing_mode', { duration: String(account?.disappearingSeconds ?? 0), t: '0' })];
  }
  if (protocol !== 'devices') return [];
  const devices = [node('device', { id: '0' })];
  for (const id of account?.devices.keys() ?? []) {
    devices.push(node('device', { id: String(id), 'key-index': String(id) }));
  }
  return [node('devices', {}, [node('device-list', {}, devices)])];
}

import { node, Refusal } from './nodes.ts';
import type { BinaryNode } from '@whiskeysockets/baileys';

/** Somebody who is on WhatsApp. */
export interface Person {
  readonly phoneNumber: string;
  /** Digits; undefined for who is known by phone number alone. */
  readonly lid: string | undefined;
  /** Lists name this person by LID and do not say the phone number. */
  readonly hidden?: boolean;
}

export interface People {
  /** By a JID with or without a device. */
  byJid(jid: string): Person | undefined;
  get(phoneNumber: string): Person | undefined;
}

/** Whose lists they are: who has a LID names others by LID, everybody else by phone number. */
export type Owner = Pick<Person, 'lid'>;

export const phoneJid = (phoneNumber: string): string => `${phoneNumber}@s.whatsapp.net`;

const PHONE_JID = /^\d+@s\.whatsapp\.net$/;
const LID_JID = /^\d+@lid$/;

/**
 * The person that an item of a list names. 400 where the JID is not of the kind that the owner has to use, or its `pn_jid` is
 * somebody else's; 406 where nobody has it.
 */
export function readPerson({ attrs }: BinaryNode, owner: Owner, people: People): Person {
  const { jid = '', pn_jid: pnJid } = attrs;
  const kind = owner.lid === undefined ? PHONE_JID : LID_JID;
  if (!kind.test(jid)) throw new Refusal(400, 'not the kind of JID that this account uses');
  if (owner.lid === undefined && pnJid !== undefined) throw new Refusal(400, 'pn_jid goes with a LID');
  const person = people.byJid(jid);
  if (!person) throw new Refusal(406, 'nobody has this JID');
  if (pnJid !== undefined && pnJid !== phoneJid(person.phoneNumber))
    throw new Refusal(400, 'a pn_jid of somebody else');
  return person;
}

/** An item of a list, as its owner sees it. */
export function personNode(tag: string, phoneNumber: string, owner: Owner, people: People): BinaryNode {
  const person = people.get(phoneNumber);
  const pnJid = phoneJid(phoneNumber);
  if (owner.lid === undefined || person?.lid === undefined) return node(tag, { jid: pnJid });
  return node(tag, { jid: `${person.lid}@lid`, ...(person.hidden ? {} : { pn_jid: pnJid }) });
}

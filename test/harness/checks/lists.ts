import type { Contact, ContactFailure } from '../../../src/privacy/contacts/contact.ts';
import type { ContactsOutcome, NamedContact } from '../../../src/privacy/contacts/contact.ts';
import { phoneJid } from '../../../simulator/people.ts';
import type { ModelPeople } from '../model/people.ts';
import { textOf, type Call, type ListReading, type ListWish, type NamedUser, type Request } from '../trace.ts';
import type { World } from '../world.ts';
import { checkTimes, checkTurn } from './sending.ts';
import type { Fail } from './update.ts';

const READS: ReadonlySet<Request['kind']> = new Set(['list_read', 'blocks_read']);
const WRITES: ReadonlySet<Request['kind']> = new Set(['list_write', 'block']);
/** Each 409 means that somebody else came through. */
const MOST_CONFLICTS = 21;

/** Every promise about a call that was asked for a list, by what WhatsApp received, did and answered. */
export function checkList(world: World, call: Call): void {
  const { trace } = world;
  const { wanted, listOutcome, listReading } = call;
  if (!wanted) return;
  const fail = (rule: string, text: string): void =>
    trace.violate(rule, `${call.kind} ${call.n} of ${call.slot}: ${text}`);
  if (listReading) return checkReading(world, call, wanted, listReading, fail);
  if (call.kind !== 'exclude' && call.kind !== 'block') return;
  const left = call.requests.filter((request) => request.left);
  checkTimes(call, fail);
  const [first] = left;
  if (first) checkTurn(world, call, first, fail);
  checkWrites(world, wanted, left, fail);
  if (call.error !== undefined) checkFailed(call, left, fail);
  if (listOutcome) checkOutcome(world, call, wanted, listOutcome, left, fail);
}

/** Fresh: of a read that left after the call began. */
function checkReading(
  { trace, whatsApp }: World,
  call: Call,
  wanted: ListWish,
  reading: ListReading,
  fail: Fail,
): void {
  const source = trace.requests.find(
    (request) =>
      request.link.slot === call.slot &&
      request.seq > call.startSeq &&
      isOf(request, wanted) &&
      shows(request, reading, whatsApp.people),
  );
  if (!source) fail('lists are fresh', 'no read of its time showed that');
}

/** A call that fails as a whole changed nothing: what it wrote was refused. */
function checkFailed({ error }: Call, left: readonly Request[], fail: Fail): void {
  const written = left.find(({ kind, reply }) => WRITES.has(kind) && reply?.kind !== 'refused');
  if (written) fail('a list change that fails as a whole wrote nothing', `${textOf(error)}, request ${written.seq}`);
}

/** Not too many, none over what the call did not read, and of a `replace` only over what it read first. */
function checkWrites({ trace }: World, wanted: ListWish, left: readonly Request[], fail: Fail): void {
  const writes = left.filter(({ kind }) => WRITES.has(kind));
  const first = left.find((request) => READS.has(request.kind) && request.showsMembers && request.reply);
  const own = new Set<Request>();
  for (const write of writes) {
    const firstSeq = first?.replySeq ?? Number.POSITIVE_INFINITY;
    if (write.seq < firstSeq) fail('a list is written once it is read', `request ${write.seq}`);
    if (write.kind === 'block') continue;
    const stale = writes.filter(({ seq, reply }) => seq < write.seq && reply?.kind === 'refused' && reply.code === 409);
    const others = writes.filter(({ seq }) => seq < write.seq).length - stale.length;
    if (others >= 2 || stale.length >= MOST_CONFLICTS) fail('writes of a list are bounded', `request ${write.seq}`);
    const change = trace.listChanges.find(({ by }) => by === write);
    const before = change && trace.listChanges.findLast((each) => isBefore(each, change));
    const isOwn = before?.by !== 'phone' && before !== undefined && own.has(before.by);
    if (wanted.isReplace && change && !isOwn && !isSame(change.before, first?.showsMembers)) {
      fail('a replace replaces what was read', `request ${write.seq}`);
    }
    own.add(write);
  }
}

const isBefore = (
  { slot, list, seq }: { readonly slot: string; readonly list: string; readonly seq: number },
  other: { readonly slot: string; readonly list: string; readonly seq: number },
): boolean => slot === other.slot && list === other.list && seq < other.seq;

/** @param shown what a read showed. No list is as an empty one: nobody is on it. */
function isSame(members: ReadonlySet<string> | undefined, shown: Request['showsMembers']): boolean {
  const read = shown === undefined || shown === 'none' ? new Set<string>() : shown;
  return (members?.size ?? 0) === read.size && [...(members ?? [])].every((each) => read.has(each));
}

function checkOutcome(
  world: World,
  call: Call,
  wanted: ListWish,
  { list, outcomes, failures, stanzas }: ContactsOutcome<ListReading>,
  left: readonly Request[],
  fail: Fail,
): void {
  const { people } = world.whatsApp;
  const texts = wanted.contacts.map(({ named }) => named.text);
  const told = outcomes.map(({ contact }) => contact);
  const isTold = texts.every((text, n) => told[n] === text) && (wanted.isReplace || told.length === texts.length);
  if (!isTold) fail('one outcome a contact', `${told.join()} instead of ${texts.join()}`);
  const failed = outcomes.filter(({ result }) => result === 'FAILED').map(({ contact }) => contact);
  if (failures.map(({ contact }) => contact).join() !== failed.join()) {
    fail('failures name what failed', failed.join());
  }
  if (stanzas !== left.length) fail('stanzas are counted', `says ${stanzas}, ${left.length} left`);
  if (!list && failed.length !== outcomes.length) fail('no list, no success', `${failed.join()} failed only`);

  const lastWrite = left.findLast(({ kind }) => WRITES.has(kind));
  const proof =
    list &&
    left.findLast((request) => READS.has(request.kind) && isOf(request, wanted) && shows(request, list, people));
  if (list && !proof) fail('lists are the call’s own read', 'no read of this call showed them');
  if (proof && lastWrite && proof.seq < lastWrite.seq) {
    fail('a list is proven behind the last write', `request ${proof.seq} before ${lastWrite.seq}`);
  }
  if (wanted.isReplace && proof) checkAlone(wanted, proof, told, people, fail);
  for (const [n, { contact, result }] of outcomes.entries()) {
    const wish = wanted.contacts[n];
    const phone = wish ? phoneOf(wish.named, people) : phoneOfText(contact, people);
    const failure = failures.find((each) => each.contact === contact);
    const evidence = { world, call, contact, phone, listed: wish?.listed ?? false, proof, left };
    checkContact(evidence, result, failure, fail);
  }
}

/** Of a `replace`, whoever is on the list and was not asked for is named. */
function checkAlone(
  wanted: ListWish,
  { showsMembers }: Request,
  told: readonly string[],
  people: ModelPeople,
  fail: Fail,
): void {
  const named = new Set([
    ...wanted.contacts.map(({ named: each }) => phoneOf(each, people)),
    ...told.map((text) => phoneOfText(text, people)),
  ]);
  for (const member of showsMembers === 'none' ? [] : (showsMembers ?? [])) {
    if (!named.has(member)) fail('a replace tells of everybody', member);
  }
}

interface ContactEvidence {
  readonly world: World;
  readonly call: Call;
  readonly contact: string;
  /** Undefined where nobody has the number. */
  readonly phone: string | undefined;
  readonly listed: boolean;
  readonly proof: Request | undefined;
  readonly left: readonly Request[];
}

/** Who a contact is is known by LID or by phone number, as the account names people. */
function writesOf({ world, phone, left }: ContactEvidence): Request[] {
  const person = phone === undefined ? undefined : world.whatsApp.people.get(phone);
  if (!person) return [];
  const names = ({ jid }: NamedUser): boolean => jid === phoneJid(person.phoneNumber) || jid === `${person.lid}@lid`;
  return left.filter(({ kind, users }) => WRITES.has(kind) && users.some(names));
}

function checkContact(
  evidence: ContactEvidence,
  result: string,
  failure: ContactFailure | undefined,
  fail: Fail,
): void {
  const { contact, phone, listed, proof } = evidence;
  const isShown = proof !== undefined && proof.showsMembers !== 'none' && proof.showsMembers?.has(phone ?? '') === true;
  const holds = proof !== undefined && isShown === listed;
  const writes = writesOf(evidence);
  const wasWritten = writes.some(({ reply }) => reply?.kind !== 'refused');
  const [done, already] = listed ? ['ADDED', 'ALREADY_LISTED'] : ['REMOVED', 'NOT_LISTED'];
  if (result === 'FAILED') {
    // Somebody on the list may be the one, under an address that says nothing of the other.
    const isOpen = !listed && mayBeOnUnder(proof, evidence.world.whatsApp.people);
    if (failure) checkFailure(evidence, failure, writes, holds && !isOpen, fail);
    return;
  }
  if (result !== done && result !== already) fail('a result answers what was asked', `${contact} ${result}`);
  if (!holds) fail(`${done} and ${already} mean shown`, `${contact} by request ${proof?.seq}`);
  if (result === done && !wasWritten) fail(`${done} means written`, contact);
  if (result === already && wasWritten) fail(`${already} means not written`, contact);
}

function checkFailure(
  { world, call, contact, phone, proof, left }: ContactEvidence,
  { code }: ContactFailure,
  writes: readonly Request[],
  holds: boolean,
  fail: Fail,
): void {
  const reply = writes.at(-1)?.reply;
  const asked = left.filter(({ kind }) => kind === 'people').map((request) => request.reply?.kind);
  const expect = (is: boolean, why: string): void => {
    if (!is) fail('failures of contacts tell the truth', `${contact} ${code}, but ${why}`);
  };
  switch (code) {
    case 'NOT_ON_WHATSAPP':
      return expect(phone === undefined, 'somebody has that number');
    case 'UNRESOLVED':
      return expect(writes.length === 0, 'it was written');
    case 'UNSUPPORTED':
      expect(writes.length === 0, 'it was written');
      return expect(wasLacking(world, call), 'the account has it');
    case 'SKIPPED':
      return expect(writes.length === 0 || reply?.kind === 'unsent' || writes.every(isStale), 'it was sent');
    case 'REJECTED':
      return expect(reply?.kind === 'refused' && !holds, `the reply was ${reply?.kind}, and holds: ${holds}`);
    case 'TIMED_OUT':
      // Whom nobody could be asked for is not looked for on the list.
      if (writes.length === 0) return expect(asked.includes('timed_out'), 'it was not asked for');
      return expect(reply?.kind === 'timed_out' && !holds, `the reply was ${reply?.kind}`);
    case 'CONNECTION_LOST':
      return expect(reply?.kind === 'lost' && !holds, `the reply was ${reply?.kind}`);
    case 'MISMATCH':
      return expect(proof !== undefined && !holds, 'no read showed that');
    case 'UNVERIFIED':
      return expect(!holds && reply?.kind !== 'refused', 'a read showed it, or it was refused');
  }
}

/** Whether the list that a read showed names somebody by one address alone. */
function mayBeOnUnder(proof: Request | undefined, people: ModelPeople): boolean {
  const members = proof?.showsMembers === undefined || proof.showsMembers === 'none' ? [] : [...proof.showsMembers];
  return members.some((member) => {
    const person = people.get(member);
    return person?.lid === undefined || person.hidden === true;
  });
}

/** Some read showed the account without the category of the list. */
const wasLacking = ({ trace }: World, { slot, wanted }: Call): boolean =>
  trace.requests.some(
    ({ link, shows: shown, reply }) =>
      link.slot === slot && reply?.kind === 'result' && shown?.has(wanted?.list ?? '') === false,
  );

const isStale = ({ reply }: Request): boolean => reply?.kind === 'refused' && reply.code === 409;

const isOf = ({ kind, category }: Request, { list }: ListWish): boolean => READS.has(kind) && category === list;

/** Whether this read showed that list. */
function shows(
  { showsMembers, reply }: Request,
  { active = true, contacts }: ListReading,
  people: ModelPeople,
): boolean {
  if (showsMembers === undefined || reply?.kind !== 'result') return false;
  const members = showsMembers === 'none' ? [] : [...showsMembers];
  const told = contacts.map((contact) => phoneOfContact(contact, people));
  return active === (showsMembers !== 'none') && members.join() === told.join();
}

const phoneOf = ({ kind, digits }: NamedContact, people: ModelPeople): string | undefined =>
  people.byJid(kind === 'lid' ? `${digits}@lid` : phoneJid(digits))?.phoneNumber;

const phoneOfText = (text: string, people: ModelPeople): string | undefined =>
  people.byJid(text.startsWith('+') ? phoneJid(text.slice(1)) : text)?.phoneNumber;

const phoneOfContact = ({ phoneNumber, lid = '' }: Contact, people: ModelPeople): string | undefined =>
  phoneNumber ?? people.byJid(lid)?.phoneNumber;

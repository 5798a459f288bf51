import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BufferJSON } from '@whiskeysockets/baileys';
import { pino } from 'pino';
import { expect } from 'vitest';
import { startSimulator, type Simulator } from '../../simulator/simulator.ts';
import { deadlineIn, systemClock } from '../../src/clock.ts';
import type { ExclusionChange, ExclusionField } from '../../src/privacy/lists/exclusions.ts';
import type { NamedContact } from '../../src/privacy/contacts/contact.ts';
import { Fleet } from '../../src/fleet/fleet.ts';
import { databaseOf } from '../../src/storage/storage.fixture.ts';
import { openStorage } from '../../src/storage/storage.ts';
import type { SessionEvents } from '../../src/telemetry/events.ts';
import { linkTo } from '../../src/wire/baileys/socket.ts';

/** The fleet over real connections to a simulator: what is behind the edges, and nothing of them. */
export async function contactFleet() {
  const stack = new AsyncDisposableStack();
  const dataDir = await mkdtemp(join(tmpdir(), 'privet-test-'));
  stack.defer(() => rm(dataDir, { recursive: true, force: true }));
  const simulator = stack.use(await startSimulator());
  const storage = stack.use(await openStorage(await databaseOf(dataDir)));
  const { id: accountId } = await storage.accounts.create({ label: '' });
  const finished: unknown[][] = [];
  const telemetry = new Proxy({} as SessionEvents, {
    get:
      (_, event) =>
      (...args: unknown[]) =>
        void (event === 'listFinished' && finished.push(args)),
  });
  const root = { publicKey: simulator.rootKey, serial: simulator.rootSerial };
  const fleet = stack.use(
    new Fleet({
      clock: systemClock,
      log: pino({ level: 'silent' }),
      telemetry,
      storage,
      owner: { incarnation: 'this one', held: true },
      openLink: linkTo({ url: simulator.url, root }),
      random: () => 0,
    }),
  );
  await fleet.load();
  const reach = { accountId };
  const { signal } = new AbortController();
  const call = () => ({ signal, deadline: deadlineIn(systemClock, 30_000) });
  let count = 0;
  /** One more device of an account, connected. */
  const device = async (phoneNumber: string) => {
    const name = `device-${++count}`;
    const { id } = await fleet.lifecycle.create(reach, name);
    await storage.credentials.save(id, JSON.stringify(simulator.linkDevice(phoneNumber), BufferJSON.replacer));
    await fleet.lifecycle.start(reach, name, call());
    await expect.poll(() => fleet.directory.find(reach, name), { timeout: 10_000 }).toMatchObject({ state: 'OPEN' });
    return name;
  };
  /** One device of a new account, and people to be put on its lists. */
  const shop = async (lid: boolean, privacy?: Record<string, string>) => {
    const phoneNumber = newAccount(simulator, lid, privacy);
    const name = await device(phoneNumber);
    const account = () => simulator.account(phoneNumber);
    let seen = account().stanzas.length;
    return {
      name,
      phoneNumber,
      members: (category = 'status') => account().exclusions[category]?.members.toSorted(),
      held: (category = 'status') => account().privacy[category],
      /** What was sent since this was asked last. */
      sent: () => {
        const all = account().stanzas.slice(seen);
        seen = account().stanzas.length;
        return all.flatMap(({ xmlns, type, category, list, members }) => {
          if (list) return `${list} ${type} ${members}`;
          return xmlns === 'privacy' ? `privacy ${type}${category === undefined ? '' : ` ${category}`}` : [];
        });
      },
      stanzas: () => account().stanzas,
      change: async (change: Partial<{ add: string[]; remove: string[] }>, field: ExclusionField = 'STATUS') => {
        const { add = [], remove = [] } = change;
        const asked: ExclusionChange = { kind: 'change', add: add.map(byPhone), remove: remove.map(byPhone) };
        return (await fleet.contacts.updateExclusions(reach, name, field, asked, call())).outcome;
      },
      replace: async (contacts: string[], field: ExclusionField = 'STATUS') => {
        const asked: ExclusionChange = { kind: 'replace', contacts: contacts.map(byPhone) };
        return (await fleet.contacts.updateExclusions(reach, name, field, asked, call())).outcome;
      },
      read: async (field: ExclusionField = 'STATUS') =>
        (await fleet.contacts.exclusions(reach, name, field, call())).list,
    };
  };
  const people = (count: number) => simulator.createContacts(count).map(({ phoneNumber }) => phoneNumber);
  return { simulator, fleet, reach, device, call, finished, shop, people, end: () => stack.disposeAsync() };
}

let accounts = 0;

/** A new account with a LID of its own or without. */
export function newAccount(simulator: Simulator, lid: boolean, privacy?: Readonly<Record<string, string>>): string {
  const number = `49155500${String((accounts += 1)).padStart(5, '0')}`;
  simulator.createAccount(number, { lid, preKeys: 30, ...(privacy && { privacy }) });
  return number;
}

export const byPhone = (digits: string): NamedContact => ({ text: `+${digits}`, kind: 'phone', digits });
export const byLid = (digits: string): NamedContact => ({ text: `${digits}@lid`, kind: 'lid', digits });

import { setTimeout as delay } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { databaseOf } from '../../src/storage/storage.fixture.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { createTokenService } from '../../src/access/tokens/token-service.ts';
import { openStorage, type Storage } from '../../src/storage/storage.ts';
import { InstancesDocument, PrivacyDocument, UpdatePrivacyDocument } from '../gql/graphql.ts';
import { ask, askFor, type Caller } from './ask.ts';
import { textOf } from './links.ts';
import { dataFolder, runService, simulatorEnv, type ServiceProcess } from './service-process.ts';

const TOKEN = 'crowd-account-token-0123456789abcdef';
const PAGE = 100;
const NEIGHBOUR_PAUSE_MS = 40;

export interface Member {
  readonly name: string;
  readonly phoneNumber: string;
  /** The instance's own: what one token may do at a time is limited. */
  readonly token: string;
}

/** Instances that go on reading and updating. */
export interface Neighbours {
  readonly calls: number;
  /** What they were told that they should not have been. */
  readonly errors: readonly string[];
  stop(): Promise<void>;
}

/** A service in a process of its own with many linked instances, all OPEN. */
export interface Crowd {
  readonly service: ServiceProcess;
  readonly caller: Caller;
  readonly members: readonly Member[];
  readonly neighbours: Neighbours;
}

export interface CrowdOptions {
  readonly members: number;
  readonly neighbours?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** How long all may take to be OPEN. */
  readonly openMs?: number;
}

export const membersOf = (prefix: string, from: number, count: number): Omit<Member, 'token'>[] =>
  Array.from({ length: count }, (_, index) => ({
    name: `${prefix}-${String(index).padStart(4, '0')}`,
    phoneNumber: `4916${String(from + index).padStart(8, '0')}`,
  }));

/** Links devices to the phones without the wire, and stores what a pairing would have stored. */
export async function storeMembers(
  dataDir: string,
  simulator: Simulator,
  members: readonly Omit<Member, 'token'>[],
): Promise<Member[]> {
  await using storage = await openStorage(await databaseOf(dataDir));
  return await storeMembersIn(storage, simulator, members);
}

/** The same, in a database that is open. */
export async function storeMembersIn(
  storage: Storage,
  simulator: Simulator,
  members: readonly Omit<Member, 'token'>[],
): Promise<Member[]> {
  const tokens = createTokenService({ storage });
  const stored: Member[] = [];
  const account = await storage.accounts.create({ label: 'default' });
  for (const { name, phoneNumber } of members) {
    simulator.createAccount(phoneNumber, { preKeys: 30 });
    const credentials = textOf(simulator.linkDevice(phoneNumber));
    const { id } = await storage.instances.insert({ accountId: account.id, name, wanted: 'running', state: 'STOPPED' });
    await storage.instances.update(id, { phoneNumber });
    await storage.credentials.save(id, credentials);
    stored.push({ name, phoneNumber, token: (await tokens.issueInstanceToken(id)).text });
  }
  return stored;
}

/** The variables of a service whose instances were stored by `storeMembers`. */
export const crowdEnv = (simulator: Simulator, dataDir: string): Record<string, string> => ({
  ...simulatorEnv(simulator),
  PRIVET_DATA: dataDir,
  PRIVET_ACCOUNT_TOKEN: TOKEN,
});

/** How many instances are in each state. */
export async function statesOf(caller: Caller): Promise<ReadonlyMap<string, number>> {
  const states = new Map<string, number>();
  let after: string | undefined;
  do {
    const { instances } = await askFor(caller, InstancesDocument, { first: PAGE, ...(after ? { after } : {}) });
    for (const { state } of instances?.nodes ?? []) states.set(state, (states.get(state) ?? 0) + 1);
    after = instances?.pageInfo.hasNextPage ? (instances.pageInfo.endCursor ?? undefined) : undefined;
  } while (after !== undefined);
  return states;
}

/** Waits until so many instances are OPEN; returns how long that took, in milliseconds. Looking is work as well. */
export async function untilOpen(caller: Caller, count: number, ms: number): Promise<number> {
  const from = performance.now();
  let states: ReadonlyMap<string, number> = new Map();
  while (performance.now() - from < ms) {
    // A connection that was kept may have been closed at the moment of asking.
    states = await statesOf(caller).catch(() => states);
    if (states.get('OPEN') === count) return performance.now() - from;
    await delay(count <= PAGE ? 100 : 2_000);
  }
  throw new Error(`Not ${count} OPEN within ${ms} ms, but ${JSON.stringify([...states])}`);
}

function startNeighbours(url: string, members: readonly Member[]): Neighbours {
  const errors: string[] = [];
  const seen = { calls: 0, over: false };
  const note = (what: string, problems: readonly unknown[]): void => {
    seen.calls += 1;
    if (problems.length > 0) errors.push(`${what}: ${JSON.stringify(problems)}`);
  };
  const live = async ({ name, token }: Member): Promise<void> => {
    const caller = { url, token };
    for (let turn = 0; !seen.over; turn += 1) {
      const lastSeen = turn % 2 === 0 ? 'NONE' : 'ALL';
      const variables = { instance: name, input: { visibility: { lastSeen } } } as const;
      const updated = await ask(caller, UpdatePrivacyDocument, variables);
      note(`update of ${name}`, [...updated.errors, ...(updated.data?.updatePrivacy?.failures ?? [])]);
      const read = await ask(caller, PrivacyDocument, { instance: name });
      const shown = read.data?.privacy?.visibility.lastSeen;
      note(`read of ${name}`, [...read.errors, ...(shown === lastSeen ? [] : [`${shown}, not ${lastSeen}`])]);
      await delay(NEIGHBOUR_PAUSE_MS);
    }
  };
  const lives = members.map((member) => live(member).catch((error: unknown) => note(member.name, [String(error)])));
  return {
    get calls() {
      return seen.calls;
    },
    errors,
    async stop() {
      seen.over = true;
      await Promise.all(lives);
    },
  };
}

export async function startCrowd(
  simulator: Simulator,
  { members: count, neighbours: beside = 0, env = {}, openMs = 60_000 }: CrowdOptions,
): Promise<Crowd> {
  const dataDir = dataFolder();
  const members = await storeMembers(dataDir, simulator, [
    ...membersOf('member', 0, count),
    ...membersOf('neighbour', count, beside),
  ]);
  const others = members.splice(count);
  const service = await runService({ ...crowdEnv(simulator, dataDir), ...env });
  const caller = { url: service.url, token: TOKEN };
  await untilOpen(caller, count + beside, openMs);
  const neighbours = startNeighbours(service.url, others);
  onTestFinished(() => neighbours.stop());
  return { service, caller, members, neighbours };
}

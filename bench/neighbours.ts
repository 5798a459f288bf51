import { join } from 'node:path';
import { end } from './children.ts';
import { linkDevices, nameOf, storePrivet } from './fleet.ts';
import { clientOf, privetEnv, type PrivetClient } from './privet.ts';
import { SERVICE, startServer } from './server-process.ts';
import { assertHeld, setFor } from './settings-sets.ts';
import { Control, startSimulator, type Address } from './simulator-process.ts';
import { percentile, rounded } from './stats.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { updateThroughPrivet } from './update-mutation.ts';

/** Calls before the first one that counts, until V8 has compiled what it compiles only late. */
const WARM_UP_CALLS = 300;
/** What the service promises of p99. */
const MOST_TIMES = 1.5;

export interface NeighboursOptions {
  readonly instances: number;
  readonly calls: number;
  readonly progress: (text: string) => void;
}

/** A service in a process of its own, one of whose instances is updated. */
interface Subject extends AsyncDisposable {
  readonly name: 'alone' | 'crowded';
  readonly client: PrivetClient;
  readonly phoneNumber: string;
  readonly instances: number;
  /** From the start of the process until every instance was OPEN. */
  readonly openSeconds: number;
}

/** What the part may take, in milliseconds. */
export const neighboursLimitMs = (instances: number, calls: number): number =>
  300_000 + instances * 150 + (calls + WARM_UP_CALLS) * 200;

/**
 * How long an update of seven settings takes in a process with many idle instances, beside one with none: by turns, so
 * that drift of the machine hits both, and without a simulated round trip, which would hide what the neighbours cost.
 */
export async function measureNeighbours({ instances, calls, progress }: NeighboursOptions) {
  await using folder = await temporaryFolder();
  await using simulator = await startSimulator();
  const { address } = simulator;
  await using alone = await open('alone', address, join(folder.path, 'alone'), '4913', 1);
  progress(`neighbours: waiting for ${instances} instances to be OPEN`);
  await using crowded = await open('crowded', address, join(folder.path, 'crowded'), '4914', instances + 1);

  const subjects = [alone, crowded];
  const taken: Record<Subject['name'], number[]> = { alone: [], crowded: [] };
  const control = new Control(address);
  for (let call = -WARM_UP_CALLS; call < calls; call += 1) {
    // Each begins as often as the other.
    for (const subject of call % 4 < 2 ? subjects : subjects.toReversed()) {
      const ms = await update(subject, call);
      if (call >= 0) taken[subject.name].push(ms);
    }
    if (call >= 0 && (call + 1) % 250 === 0) progress(`neighbours: ${call + 1} of ${calls} calls each`);
  }
  for (const { phoneNumber, name } of subjects) {
    assertHeld(`${name}, the server`, setFor(calls - 1), (await control.account(phoneNumber)).privacy);
  }
  const times = (part: number): number => rounded(percentile(taken.crowded, part) / percentile(taken.alone, part), 2);
  const p99 = times(0.99);
  return {
    calls,
    alone: figures(alone, taken.alone),
    crowded: figures(crowded, taken.crowded),
    crowdedPerAlone: { median: times(0.5), p99 },
    goals: { p99Within: { times: MOST_TIMES, met: p99 <= MOST_TIMES } },
  };
}

async function open(
  name: Subject['name'],
  address: Address,
  folder: string,
  prefix: string,
  count: number,
): Promise<Subject> {
  const devices = await linkDevices(address, prefix, count);
  await storePrivet({ dataDir: folder }, devices);
  const from = performance.now();
  const env = { PATH: process.env['PATH'], ...privetEnv(address, folder) };
  const { child, url } = await startServer([SERVICE, 'serve'], env, 'ignore');
  try {
    const client = clientOf(url);
    const instances = await client.allOpen();
    return {
      name,
      client,
      phoneNumber: devices[0]?.phoneNumber ?? '',
      instances,
      openSeconds: (performance.now() - from) / 1000,
      [Symbol.asyncDispose]: () => end(child),
    };
  } catch (error) {
    await end(child);
    throw error;
  }
}

/** All seven settings, to and fro between two sets; resolves to the milliseconds it took. */
async function update({ name, client }: Subject, call: number): Promise<number> {
  const values = setFor(Math.abs(call));
  const from = performance.now();
  const told = await updateThroughPrivet(client, nameOf(0), values);
  const ms = performance.now() - from;
  assertHeld(`${name}, the answer`, values, told);
  return ms;
}

const figures = ({ instances, openSeconds }: Subject, ms: readonly number[]) => ({
  instances,
  openSeconds: rounded(openSeconds, 1),
  ms: {
    median: rounded(percentile(ms, 0.5), 2),
    p99: rounded(percentile(ms, 0.99), 2),
    max: rounded(percentile(ms, 1), 2),
  },
});

import { PROFILE_FIELDS } from '../src/privacy/fields.ts';
import { pairPeer, updateAsPeersDo } from './peers.ts';
import { openPrivet } from './privet.ts';
import { assertHeld, setFor, type SettingsSet } from './settings-sets.ts';
import { rounded, scaled, summarize, type Summary } from './stats.ts';
import { Control, startSimulator } from './simulator-process.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { updateThroughPrivet } from './update-mutation.ts';

/** Calls before the first one that counts: code is compiled, connections are warm, both accounts hold a known set. */
const WARM_UP_ROUNDS = 3;
const INSTANCE = 'bench';

/** What the service promises of its medians, at a round trip of 100 ms. */
const MOST_RTT = 1.3;
const LEAST_GAIN = 5;

export interface UpdateOptions {
  readonly samples: number;
  readonly rttMs: number;
  readonly progress: (text: string) => void;
}

/** One way to update seven settings, on an account of its own. */
interface Way {
  readonly name: 'privet' | 'peers';
  readonly phoneNumber: string;
  /** Resolves to what the answer says is held now, by category. */
  update(values: SettingsSet): Promise<Readonly<Record<string, string>>>;
}

interface Sample {
  readonly ms: number;
  readonly stanzas: number;
}

/** Latency of a seven-field update, Privet's way and the peers' way by turns, so that drift of the machine hits both. */
export async function measureUpdates({ samples, rttMs, progress }: UpdateOptions) {
  await using simulator = await startSimulator();
  const { address } = simulator;
  const control = new Control(address);
  await using folder = await temporaryFolder();
  await using privet = await openPrivet(address, folder.path);
  progress('update: pairing one device for each way');
  using peer = await pairPeer(address, 'light');
  const ways: Way[] = [
    {
      name: 'privet',
      phoneNumber: await privet.pair(INSTANCE),
      update: (values) => updateThroughPrivet(privet, INSTANCE, values),
    },
    { name: 'peers', phoneNumber: peer.phoneNumber, update: (values) => updateAsPeersDo(peer, values) },
  ];
  await control.setRtt(rttMs);

  const taken = { changed: both(), unchanged: both() };
  for (let round = -WARM_UP_ROUNDS; round < samples; round += 1) {
    const values = setFor(round);
    for (const kind of ['changed', 'unchanged'] as const) {
      for (const way of ways) {
        const sample = await take(way, values, control);
        if (round >= 0) taken[kind][way.name].push(sample);
      }
    }
    if (round >= 0 && (round + 1) % 5 === 0) progress(`update: ${round + 1} of ${samples} rounds`);
  }
  const changed = compare(taken.changed, rttMs);
  const unchanged = compare(taken.unchanged, rttMs);
  const goals = {
    changedWithin: { rtt: MOST_RTT, met: changed.privet.rtt.median <= MOST_RTT },
    unchangedWithin: { rtt: MOST_RTT, met: unchanged.privet.rtt.median <= MOST_RTT },
    changedFasterThanPeers: { times: LEAST_GAIN, met: changed.peersPerPrivet >= LEAST_GAIN },
  };
  return { through: 'GraphQL over HTTP', rttMs, samples, fields: PROFILE_FIELDS.length, changed, unchanged, goals };
}

const both = (): Record<Way['name'], Sample[]> => ({ privet: [], peers: [] });

/** @throws Error unless both the answer and the server hold the values. */
async function take(way: Way, values: SettingsSet, control: Control): Promise<Sample> {
  const before = await control.account(way.phoneNumber);
  const start = performance.now();
  const told = await way.update(values);
  const ms = performance.now() - start;
  const after = await control.account(way.phoneNumber);
  assertHeld(`${way.name}, the answer`, values, told);
  assertHeld(`${way.name}, the server`, values, after.privacy);
  return { ms, stanzas: after.stanzas - before.stanzas };
}

function compare(taken: Record<Way['name'], Sample[]>, rttMs: number) {
  const privet = figures(taken.privet, rttMs);
  const peers = figures(taken.peers, rttMs);
  return { privet, peers, peersPerPrivet: rounded(peers.ms.median / privet.ms.median, 2) };
}

function figures(samples: readonly Sample[], rttMs: number): { ms: Summary; rtt: Summary; stanzas: Summary } {
  const ms = summarize(samples.map((sample) => sample.ms));
  return {
    ms: scaled(ms, 1, 1),
    rtt: scaled(ms, 1 / rttMs, 3),
    stanzas: summarize(samples.map(({ stanzas }) => stanzas)),
  };
}

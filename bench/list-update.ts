import { z } from 'zod';
import { addByContact, addByStanza } from './list-peers.ts';
import { pairPeer } from './peers.ts';
import { openPrivet, type Privet } from './privet.ts';
import { Control, startSimulator } from './simulator-process.ts';
import { rounded, scaled, summarize } from './stats.ts';
import { temporaryFolder } from './temporary-folder.ts';

const CONTACTS = 100;
const WARM_UP_ROUNDS = 1;
/** Of the slowest way: it takes ten seconds a round, and hardly differs from one to the next. */
const CONTACT_ROUNDS = 3;
const CATEGORY = 'last';
const INSTANCE = 'lists';

/** What the service promises of its median, at a round trip of 100 ms. */
const MOST_RTT = 2.5;
const LEAST_GAIN = 1.5;

export interface ListOptions {
  readonly samples: number;
  readonly rttMs: number;
  readonly progress: (text: string) => void;
}

/** One way to add contacts to a list, on an account of its own. */
interface Way {
  readonly name: 'privet' | 'byStanza' | 'byContact';
  readonly phoneNumber: string;
  readonly rounds: number;
  /** Resolves to whom the answer says the list has now, by phone number. */
  add(numbers: readonly string[]): Promise<readonly string[]>;
}

const UPDATE = `mutation ($instance: String!, $input: UpdateExclusionsInput!) {
  updatePrivacyExclusions(instance: $instance, field: LAST_SEEN, input: $input) {
    exclusions { active contacts { phoneNumber lid } }
    outcomes { contact result }
    failures { contact code message }
    stanzas
  }
}`;

const Updated = z.object({
  updatePrivacyExclusions: z.object({
    exclusions: z.object({ active: z.literal(true), contacts: z.array(z.object({ phoneNumber: z.string() })) }),
    outcomes: z.array(z.object({ result: z.literal('ADDED') })).length(CONTACTS),
    failures: z.array(z.unknown()).length(0),
  }),
});

async function addThroughPrivet(privet: Privet, numbers: readonly string[]): Promise<string[]> {
  const variables = { instance: INSTANCE, input: { add: numbers.map((digits) => `+${digits}`) } };
  const { updatePrivacyExclusions } = Updated.parse(await privet.graphql(UPDATE, variables));
  return updatePrivacyExclusions.exclusions.contacts.map(({ phoneNumber }) => phoneNumber);
}

interface Sample {
  readonly ms: number;
  readonly stanzas: number;
}

/** How long it takes to add a hundred contacts whom nobody has looked up yet to a list that is empty; the ways by turns. */
export async function measureLists({ samples, rttMs, progress }: ListOptions) {
  await using simulator = await startSimulator();
  const { address } = simulator;
  const control = new Control(address);
  await using folder = await temporaryFolder();
  await using privet = await openPrivet(address, folder.path);
  progress('lists: pairing one device for each way');
  using byStanza = await pairPeer(address, 'light');
  using byContact = await pairPeer(address, 'light');
  const ways: Way[] = [
    {
      name: 'privet',
      phoneNumber: await privet.pair(INSTANCE),
      rounds: samples,
      add: (numbers) => addThroughPrivet(privet, numbers),
    },
    {
      name: 'byStanza',
      phoneNumber: byStanza.phoneNumber,
      rounds: samples,
      add: (numbers) => addByStanza(byStanza, numbers),
    },
    {
      name: 'byContact',
      phoneNumber: byContact.phoneNumber,
      rounds: Math.min(samples, CONTACT_ROUNDS),
      add: (numbers) => addByContact(byContact, numbers),
    },
  ];
  await control.setRtt(rttMs);

  const taken: Record<Way['name'], Sample[]> = { privet: [], byStanza: [], byContact: [] };
  for (let round = -WARM_UP_ROUNDS; round < samples; round += 1) {
    for (const way of ways) {
      if (round >= way.rounds) continue;
      const sample = await take(way, control);
      if (round >= 0) taken[way.name].push(sample);
    }
    if (round >= 0 && (round + 1) % 5 === 0) progress(`lists: ${round + 1} of ${samples} rounds`);
  }
  const [ours, stanza, contact] = [taken.privet, taken.byStanza, taken.byContact].map((each) => figures(each, rttMs));
  if (!ours || !stanza || !contact) throw new RangeError('Nothing was measured');
  const byStanzaPerPrivet = rounded(stanza.ms.median / ours.ms.median, 2);
  const goals = {
    within: { rtt: MOST_RTT, met: ours.rtt.median <= MOST_RTT },
    fasterThanByStanza: { times: LEAST_GAIN, met: byStanzaPerPrivet >= LEAST_GAIN },
  };
  return {
    through: 'GraphQL over HTTP',
    rttMs,
    samples,
    contacts: CONTACTS,
    privet: ours,
    byStanza: stanza,
    byContact: contact,
    byStanzaPerPrivet,
    byContactPerPrivet: rounded(contact.ms.median / ours.ms.median, 1),
    goals,
  };
}

/** @throws Error unless both the answer and the server have these contacts alone. */
async function take(way: Way, control: Control): Promise<Sample> {
  const numbers = await control.contacts(CONTACTS);
  await control.emptyList(way.phoneNumber, CATEGORY);
  const before = await control.account(way.phoneNumber);
  const start = performance.now();
  const told = await way.add(numbers);
  const ms = performance.now() - start;
  const after = await control.account(way.phoneNumber);
  assertListed(`${way.name}, the answer`, numbers, told);
  assertListed(`${way.name}, the server`, numbers, after.exclusions[CATEGORY]?.members ?? []);
  return { ms, stanzas: after.stanzas + after.lookUps - before.stanzas - before.lookUps };
}

/** @throws Error unless the list has these alone: a fast wrong answer is no figure. */
function assertListed(who: string, wanted: readonly string[], listed: readonly string[]): void {
  const known = new Set(listed);
  const missing = wanted.filter((number) => !known.has(number)).length;
  if (missing > 0 || listed.length !== wanted.length) {
    throw new Error(`${who}: the list has ${listed.length}, not ${wanted.length}, and ${missing} are missing`);
  }
}

function figures(samples: readonly Sample[], rttMs: number) {
  const ms = summarize(samples.map((sample) => sample.ms));
  return {
    ms: scaled(ms, 1, 1),
    rtt: scaled(ms, 1 / rttMs, 3),
    stanzas: summarize(samples.map(({ stanzas }) => stanzas)),
  };
}

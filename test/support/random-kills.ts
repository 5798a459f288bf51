import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished } from 'vitest';
import { startSimulator, type Simulator } from '../../simulator/simulator.ts';
import { PROFILE_FIELDS } from '../../src/privacy/fields.ts';
import {
  CreateInstanceDocument,
  InstanceDocument,
  PairInstanceDocument,
  PrivacyDocument,
  UpdatePrivacyDocument,
  type InstanceState,
  type SettingsFragment,
  type UpdatePrivacyInput,
} from '../gql/graphql.ts';
import { askFor, type Caller } from './ask.ts';
import { seededRandom } from './random.ts';
import { dataFolder, runService, simulatorEnv, type ServiceProcess } from './service-process.ts';

/** Round trip to the simulated WhatsApp: it stretches pairing and updating, so that kills fall into them. */
const RTT_MS = 20;
/** From the scan to OPEN it takes about 20 round trips. */
const LATEST_KILL_MS = 600;
/** An update is begun up to this long before the kill, about twice of what it takes. */
const LONGEST_UPDATE_MS = 80;
const OPEN_MS = 30_000;
const TOKEN = 'kill-test-account-token-0123456789';

type Choose = <T>(values: readonly T[]) => T | undefined;

interface Paired {
  readonly name: string;
  readonly phoneNumber: string;
}

const linkedDevices = (simulator: Simulator, { phoneNumber }: Paired): number => {
  try {
    return simulator.account(phoneNumber).linkedDevices;
  } catch {
    return 0;
  }
};

/** Any value for each of the seven fields. */
function randomInput(oneOf: Choose): UpdatePrivacyInput {
  const input: Record<string, Record<string, string | undefined>> = {};
  for (const { section, name, values } of PROFILE_FIELDS) (input[section] ??= {})[name] = oneOf(Object.keys(values));
  return input;
}

/** The seven settings as WhatsApp has them on the wire. */
function wireOf(settings: SettingsFragment | null): Record<string, string | undefined> {
  const sections: Record<string, unknown> = { ...settings };
  return Object.fromEntries(
    PROFILE_FIELDS.map(({ section, name, category, values }) => {
      const value = (sections[section] as Record<string, string>)[name] ?? '';
      return [category, (values as Record<string, string>)[value]];
    }),
  );
}

/** Waits for a state that lasts, and notes each on the way. */
async function settle(caller: Caller, name: string): Promise<{ last: InstanceState; seen: Set<InstanceState> }> {
  const seen = new Set<InstanceState>();
  const lasting: readonly InstanceState[] = ['OPEN', 'UNPAIRED', 'LOGGED_OUT', 'STOPPED', 'REPLACED', 'PAIRING'];
  for (const end = Date.now() + OPEN_MS; Date.now() < end; await delay(20)) {
    const { instance } = await askFor(caller, InstanceDocument, { name });
    if (!instance) throw new Error(`${name} is gone`);
    seen.add(instance.state);
    if (lasting.includes(instance.state)) return { last: instance.state, seen };
  }
  throw new Error(`${name} went through ${[...seen].join(', ')}`);
}

/**
 * Kills a service at random moments while an instance pairs and another one is updated; after each start everything
 * that was linked must be OPEN by itself, and show what WhatsApp holds.
 */
export async function killAtRandom(kills: number, seed: number): Promise<void> {
  const random = seededRandom(seed);
  const oneOf: Choose = (values) => values[Math.floor(random() * values.length)];
  const simulator = await startSimulator();
  onTestFinished(() => simulator[Symbol.asyncDispose]());
  const env = { ...simulatorEnv(simulator), PRIVET_DATA: dataFolder(), PRIVET_ACCOUNT_TOKEN: TOKEN };
  const paired: Paired[] = [];
  const met = { linked: 0, notLinked: 0, updateAnswered: 0, updateCut: 0 };

  /** Everything holds after a start: what is linked is OPEN by itself, and shows what WhatsApp holds. */
  const verify = async (caller: Caller): Promise<void> => {
    for (const instance of paired) {
      const { last, seen } = await settle(caller, instance.name);
      if (linkedDevices(simulator, instance) === 0) {
        // Killed before WhatsApp took the device in: it is paired as if nothing had been.
        expect(['UNPAIRED', 'LOGGED_OUT']).toContain(last);
        await pair(caller, instance);
        await expect.poll(() => settle(caller, instance.name), { timeout: OPEN_MS }).toMatchObject({ last: 'OPEN' });
      } else {
        expect({ ...instance, last }).toEqual({ ...instance, last: 'OPEN' });
        expect([...seen]).not.toContain('PAIRING');
      }
      expect(linkedDevices(simulator, instance)).toBe(1);
      const { privacy } = await askFor(caller, PrivacyDocument, { instance: instance.name });
      const held = simulator.account(instance.phoneNumber).privacy;
      expect(held).toMatchObject(wireOf(privacy));
    }
  };

  const pair = async (caller: Caller, { name, phoneNumber }: Paired): Promise<void> => {
    const { pairInstance } = await askFor(caller, PairInstanceDocument, { instance: name });
    await simulator.scan(pairInstance?.pairing?.qr ?? '', phoneNumber);
  };

  const update = async (caller: Caller, instance: Paired): Promise<void> => {
    await askFor(caller, UpdatePrivacyDocument, { instance: instance.name, input: randomInput(oneOf) });
  };

  const start = async (): Promise<{ service: ServiceProcess; caller: Caller }> => {
    simulator.setRtt(0);
    const service = await runService(env);
    const caller = { url: service.url, token: TOKEN };
    await verify(caller);
    simulator.setRtt(RTT_MS);
    return { service, caller };
  };

  for (let kill = 1; kill <= kills; kill += 1) {
    const { service, caller } = await start();
    const known = oneOf(paired);
    const fresh = { name: `kill-${kill}`, phoneNumber: `4915100000${String(kill).padStart(3, '0')}` };
    await askFor(caller, CreateInstanceDocument, { name: fresh.name });
    paired.push(fresh);
    // Squared: most of them come early, while the device is being linked.
    const killMs = random() ** 2 * LATEST_KILL_MS;
    const updateMs = killMs - random() * LONGEST_UPDATE_MS;
    const updating = known && delay(Math.max(0, updateMs)).then(() => update(caller, known));
    const settled = Promise.allSettled([pair(caller, fresh), updating]);
    await delay(killMs);
    expect(await service.kill('SIGKILL')).toBe('SIGKILL');
    const [, updated] = await settled;
    if (linkedDevices(simulator, fresh) > 0) met.linked += 1;
    else met.notLinked += 1;
    if (!known) continue;
    if (updated.status === 'fulfilled') met.updateAnswered += 1;
    else met.updateCut += 1;
  }
  const { service, caller } = await start();
  await Promise.all(paired.map((instance) => update(caller, instance)));
  await verify(caller);
  expect(await service.kill('SIGTERM')).toBe(0);
  process.stdout.write(`kills: KILL_SEED=${seed} ${JSON.stringify(met)}\n`);
}

import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startSimulator } from '../simulator/simulator.ts';
import { PrivacyDocument, UpdatePrivacyDocument } from './gql/graphql.ts';
import { ask } from './support/ask.ts';
import { crowdEnv, storeMembers, untilOpen, type Member } from './support/crowd.ts';
import { seededRandom } from './support/random.ts';
import { dataFolder, runService } from './support/service-process.ts';

const ENDS = Number(process.env['ENDS'] ?? 50);
const LANES = 2;
const MEMBERS = 4;
/** Calls of each instance that are on their way when the signal comes. */
const CALLS = 8;
const RTT_MS = 60;
const EXIT_MS = 10_000;
/** At each so manieth end WhatsApp does not answer one instance's writes. */
const SILENT_EVERY = 5;
const seed = Number(process.env['SIGTERM_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const random = seededRandom(seed);

interface Met {
  answered: number;
  refused: number;
  /** Writes that WhatsApp left without an answer. */
  unanswered: number;
  slowestMs: number;
}

/** One call, and what it came to. Rejects where the connection ended without an answer. */
async function call(url: string, { name, token }: Member, index: number): Promise<'answered' | 'refused'> {
  const lastSeen = (['NONE', 'CONTACTS', 'ALL'] as const)[index % 3] ?? 'ALL';
  const caller = { url, token };
  const { data, errors } =
    index % 4 === 3
      ? await ask(caller, PrivacyDocument, { instance: name })
      : await ask(caller, UpdatePrivacyDocument, { instance: name, input: { visibility: { lastSeen } } });
  for (const { code } of errors) expect(['INSTANCE_NOT_CONNECTED', 'TIMEOUT', 'OVERLOADED']).toContain(code);
  if (errors.length > 0) return 'refused';
  expect(data).not.toBeNull();
  return 'answered';
}

async function askOnNewConnection(url: string): Promise<void> {
  const [response] = (await once(get(url, { agent: false }), 'response')) as [IncomingMessage];
  response.resume();
  await once(response, 'end');
}

async function endUnderLoad(env: Record<string, string>, members: readonly Member[], met: Met) {
  const service = await runService(env);
  await untilOpen({ url: service.url, token: env['PRIVET_ACCOUNT_TOKEN'] ?? '' }, members.length, 30_000);
  const calls = members.flatMap((member) =>
    Array.from({ length: CALLS }, (_, index) => call(service.url, member, index)),
  );
  const results = Promise.allSettled(calls);
  // What the service has not read yet is nobody's: connections are taken up in order, so these requests are behind.
  await delay(10);
  for (let probe = 0; probe < 2; probe += 1) await askOnNewConnection(`${service.url}/health/live`);
  await delay(random() * 250);
  const from = performance.now();
  expect(await service.kill('SIGTERM')).toBe(0);
  met.slowestMs = Math.max(met.slowestMs, Math.round(performance.now() - from));
  for (const result of await results) {
    if (result.status === 'rejected')
      throw new Error(`A call had no answer (SIGTERM_SEED=${seed})`, { cause: result.reason });
    met[result.value] += 1;
  }
}

test(`${ENDS} SIGTERMs under load: exit 0 in time, and every call has its answer (SIGTERM_SEED=${seed})`, async () => {
  const simulator = await startSimulator({ rttMs: RTT_MS });
  onTestFinished(() => simulator[Symbol.asyncDispose]());
  const cache = mkdtempSync(join(tmpdir(), 'privet-test-cache-'));
  onTestFinished(() => rmSync(cache, { recursive: true, force: true }));
  const met: Met = { answered: 0, refused: 0, unanswered: 0, slowestMs: 0 };
  const lane = async (lane: number): Promise<void> => {
    const dataDir = dataFolder();
    const phones = Array.from({ length: MEMBERS }, (_, index) => ({
      name: `member-${index}`,
      phoneNumber: `4917700000${10 * lane + index}`,
    }));
    const members = await storeMembers(dataDir, simulator, phones);
    const env = { ...crowdEnv(simulator, dataDir), NODE_COMPILE_CACHE: cache };
    for (let end = lane; end < ENDS; end += LANES) {
      const { phoneNumber } = members[end % MEMBERS] ?? {};
      if (phoneNumber === undefined || end % SILENT_EVERY > 0) await endUnderLoad(env, members, met);
      else {
        using silence = simulator.addFault({ phoneNumber, match: { xmlns: 'privacy', type: 'set' }, do: 'silence' });
        await endUnderLoad(env, members, met);
        met.unanswered += silence.hits;
      }
    }
  };
  await Promise.all(Array.from({ length: LANES }, (_, index) => lane(index)));
  process.stdout.write(`survival of SIGTERM: ${JSON.stringify({ seed, ends: ENDS, ...met })}\n`);
  expect(met.unanswered).toBeGreaterThan(0);
  expect(met.slowestMs).toBeLessThan(EXIT_MS);
}, 300_000);

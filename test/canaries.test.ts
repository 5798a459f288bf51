import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startSimulator, type Simulator } from '../simulator/simulator.ts';
import { databaseOf, everythingStored } from '../src/storage/storage.fixture.ts';
import { openStorage } from '../src/storage/storage.ts';
import {
  CreateInstanceDocument,
  InstanceDocument,
  PairInstanceDocument,
  PlanPrivacyDocument,
  PrivacyDocument,
  RotateInstanceTokenDocument,
  UnlinkInstanceDocument,
  UpdatePrivacyDocument,
} from './gql/graphql.ts';
import { ask, askFor, type Caller } from './support/ask.ts';
import { canary, findCanaries, formsOf, type Canary, type Haystack } from './support/canaries.ts';
import { contactCourse } from './support/contact-course.ts';
import { onPostgres } from './support/postgres.ts';
import { POSTGRES_PASSWORD } from './support/postgres-place.ts';
import { dataFolder, runService, simulatorEnv, type ServiceProcess } from './support/service-process.ts';
import { ALL_CHANGED } from './support/settings.ts';

const QR_NAME = 'control-by-qr';
const CODE_NAME = 'control-by-code';
const PHONES = { qr: '4915730000071', code: '4915730000082' };
const KEY_FILE = 'encryption.key';

/** The secret part of a token: in our own form, the kind and a public id stand before it. */
const tokenCanary = (what: string, token = 'missing'): Canary =>
  canary(what, token.replace(/^pvt[ai]_[0-9A-Za-z]{12}_/, ''));

const waitFor = (caller: Caller, name: string, state: string) =>
  expect
    .poll(async () => (await askFor(caller, InstanceDocument, { name })).instance?.state, { timeout: 15_000 })
    .toBe(state);

/** Where names stand in plain. */
const DATABASE = onPostgres ? 'Postgres' : 'privet.db';

/** All files of a data folder as they are on disk, but for the key file; or what Postgres has. */
async function filesOf(dataDir: string, when: string): Promise<Haystack[]> {
  if (onPostgres) return [{ where: `${DATABASE} ${when}`, bytes: await everythingStored(dataDir) }];
  return readdirSync(dataDir)
    .filter((name) => name !== KEY_FILE)
    .map((name) => ({ where: `${name} ${when}`, bytes: readFileSync(join(dataDir, name)) }));
}

/** Every secret value of stored credentials: those under names that speak of keys, at any depth. */
function keysIn(text: string, where: string): Canary[] {
  const found: Canary[] = [];
  const visit = (value: unknown, path: string): void => {
    if (typeof value !== 'object' || value === null) return;
    const { type, data } = value as Record<string, unknown>;
    if (type === 'Buffer' && typeof data === 'string') {
      const bytes = Buffer.from(data, 'base64');
      if (bytes.length >= 16) found.push(canary(`${where}${path}`, bytes));
      return;
    }
    for (const [key, inner] of Object.entries(value)) visit(inner, `${path}.${key}`);
  };
  const root = JSON.parse(text) as Record<string, unknown>;
  visit(root, '');
  found.push(canary(`${where}.advSecretKey`, Buffer.from(String(root['advSecretKey']), 'base64')));
  return found;
}

/** The keys of all instances, read beside the running service. */
async function storedKeys(dataDir: string, masterKey: Buffer | undefined): Promise<Canary[]> {
  await using storage = await openStorage({ ...(await databaseOf(dataDir)), ...(masterKey && { masterKey }) });
  const found: Canary[] = [];
  for (const account of await storage.accounts.list()) {
    for (const { id, name } of await storage.instances.list(account.id, { first: 10 })) {
      const credentials = await storage.credentials.load(id);
      if (credentials === undefined) throw new Error(`${name} has no credentials`);
      found.push(...keysIn(credentials, name));
      const ids = Array.from({ length: 10 }, (_, index) => String(index));
      for (const [key, text] of await storage.signalKeys.get(id, 'pre-key', ids)) {
        found.push(...keysIn(text, `${name} pre-key ${key}`));
      }
    }
  }
  return found;
}

async function create(caller: Caller, name: string): Promise<{ id: string; token: string }> {
  const { createInstance } = await askFor(caller, CreateInstanceDocument, { name });
  return { id: createInstance?.instance.id ?? '', token: createInstance?.token ?? '' };
}

/** Pairs both ways, updates with failures, reads and loses links; resolves to the secrets that came up, and to an id. */
async function course(caller: Caller, simulator: Simulator): Promise<{ canaries: Canary[]; id: string }> {
  const byQr = await create(caller, QR_NAME);
  const byCode = await create(caller, CODE_NAME);

  const qr = (await askFor(caller, PairInstanceDocument, { instance: QR_NAME })).pairInstance?.pairing?.qr ?? '';
  await simulator.scan(qr, PHONES.qr);
  const asked = await askFor(caller, PairInstanceDocument, { instance: CODE_NAME, phoneNumber: `+${PHONES.code}` });
  const code = asked.pairInstance?.pairing?.code ?? '';
  await simulator.enterCode(PHONES.code, code);
  for (const name of [QR_NAME, CODE_NAME]) await waitFor(caller, name, 'OPEN');

  simulator.addFault({ match: { xmlns: 'privacy', type: 'set', category: 'status' }, do: 'error', code: 403 });
  simulator.addFault({ match: { xmlns: 'privacy', type: 'set', category: 'last' }, do: 'close', times: 1 });
  const planned = await askFor(caller, PlanPrivacyDocument, { instance: QR_NAME, input: ALL_CHANGED });
  expect(planned.planPrivacy?.steps).toHaveLength(7);
  const { updatePrivacy } = await askFor(caller, UpdatePrivacyDocument, { instance: QR_NAME, input: ALL_CHANGED });
  expect(updatePrivacy?.failures.map(({ field }) => field)).toContain('STATUS');

  const contacts = await contactCourse(caller, simulator, { instance: QR_NAME, phoneNumber: PHONES.qr });
  await simulator.disconnect(PHONES.code, 'reset');
  await waitFor(caller, CODE_NAME, 'OPEN');
  await simulator.disconnect(PHONES.qr, 'stream:503');
  await waitFor(caller, QR_NAME, 'OPEN');
  const rotated = (await askFor(caller, RotateInstanceTokenDocument, { instance: QR_NAME })).rotateInstanceToken?.token;

  return {
    // As the log has it.
    id: byQr.id.replace('Instance:', ''),
    canaries: [
      tokenCanary('the first instance token', byQr.token),
      tokenCanary('the second instance token', byCode.token),
      tokenCanary('the rotated instance token', rotated),
      ...qr
        .split(',')
        .filter((part) => part.length > 20)
        .map((part, i) => canary(`part ${i} of the QR`, part)),
      canary('the pairing code', code),
      canary('a phone number', PHONES.qr),
      canary('another phone number', PHONES.code),
      ...contacts,
    ],
  };
}

/** Wrong tokens in every place where a client may put one, and a good one where it does not belong. */
async function wrongTokens({ url, token }: Caller): Promise<Canary[]> {
  const wrong = `wrong-${randomBytes(24).toString('base64url')}`;
  const forms = [wrong, `pvta_${'0'.repeat(12)}_${randomBytes(24).toString('hex')}x`];
  for (const each of forms) {
    expect((await ask({ url, token: each }, PrivacyDocument, { instance: QR_NAME })).errors).toMatchObject([
      { code: 'UNAUTHENTICATED' },
    ]);
    await fetch(`${url}/api/profile/privacy/${QR_NAME}`, { headers: { token: each } });
    await fetch(`${url}/graphql?token=${each}`);
    await fetch(`${url}/${each}`);
  }
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  for (const query of [
    `{ instance(name: "${token}") { id } }`,
    `{ "${token}`,
    `mutation { unlinkInstance(instance: "${token}") { id } }`,
  ]) {
    await fetch(`${url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }) });
  }
  return forms.map((each) => tokenCanary('a wrong token', each));
}

const outputOf = ({ stdout, stderr }: ServiceProcess, start: string): Haystack[] => [
  { where: `stdout of the ${start} start`, bytes: Buffer.from(stdout()) },
  { where: `stderr of the ${start} start`, bytes: Buffer.from(stderr()) },
];

/** Runs a service with these, or with those that it makes, through all that brings secrets up. */
async function expectNoSecrets(whose: string, givenToken?: string, givenKey?: Buffer): Promise<void> {
  const simulator = await startSimulator({ preKeys: 30 });
  onTestFinished(() => simulator[Symbol.asyncDispose]());
  const dataDir = dataFolder();
  const env = {
    ...simulatorEnv(simulator),
    PRIVET_DATA: dataDir,
    LOG_LEVEL: 'trace',
    ...(givenToken === undefined ? {} : { PRIVET_ACCOUNT_TOKEN: givenToken }),
    ...(givenKey === undefined ? {} : { PRIVET_ENCRYPTION_KEY: givenKey.toString('hex') }),
  };

  const first = await runService(env);
  await expect.poll(() => givenToken ?? /pvta_\w+/.exec(first.stdout())?.[0], { timeout: 20_000 }).toBeTruthy();
  const token = givenToken ?? /pvta_\w+/.exec(first.stdout())?.[0] ?? '';
  const before = { url: first.url, token };
  const { canaries, id } = await course(before, simulator);
  canaries.push(...(await wrongTokens(before)), ...(await storedKeys(dataDir, givenKey)));
  canaries.push(tokenCanary('the account token', token));
  const masterKey = givenKey ?? (await databaseOf(dataDir)).masterKey ?? readFileSync(join(dataDir, KEY_FILE), 'utf8');
  canaries.push(
    canary('the master key', typeof masterKey === 'string' ? Buffer.from(masterKey.trim(), 'hex') : masterKey),
  );
  canaries.push(canary('the password of the database', POSTGRES_PASSWORD));
  const files = await filesOf(dataDir, 'before the crash');
  await first.kill('SIGKILL');

  const second = await runService(env);
  const after = { url: second.url, token };
  for (const name of [QR_NAME, CODE_NAME]) await waitFor(after, name, 'OPEN');
  await askFor(after, UnlinkInstanceDocument, { instance: QR_NAME });
  await simulator.disconnect(PHONES.code, 'device_removed');
  await waitFor(after, CODE_NAME, 'LOGGED_OUT');
  files.push(...(await filesOf(dataDir, 'at the end')));
  expect(await second.kill('SIGTERM')).toBe(0);
  files.push(...(await filesOf(dataDir, 'after the end')));

  // The one exception: a token that the service made is shown once.
  const shown = first.stdout().split(token).length - 1;
  expect(shown).toBe(givenToken === undefined ? 1 : 0);
  const [stdout, stderr] = [first.stdout().replace(token, ''), first.stderr()];
  const output = [
    ...outputOf({ ...first, stdout: () => stdout, stderr: () => stderr }, 'first'),
    ...outputOf(second, 'second'),
  ];
  expect(canaries.length).toBeGreaterThan(40);
  expect(findCanaries(canaries, output), whose).toEqual([]);
  expect(findCanaries(canaries, files), whose).toEqual([]);

  // The search is able to find: what is no secret stands where it should.
  expect(findCanaries([canary('id', id)], output)).toContain('id as itself in stderr of the first start');
  expect(findCanaries([canary('name', QR_NAME)], files)).toContain(`name as itself in ${DATABASE} after the end`);
  if (onPostgres) expect(existsSync(dataDir)).toBe(false);
  else expect(files.map(({ where }) => where)).toContain('privet.db-wal before the crash');
}

test('with token and key made by the service, or of the operator, no secret is in what it prints or keeps on disk', async () => {
  const ofOperator = `operator-${randomBytes(24).toString('base64url')}`;
  await Promise.all([
    expectNoSecrets('made by the service'),
    expectNoSecrets('of the operator', ofOperator, randomBytes(32)),
  ]);
}, 120_000);

test('the search finds each form of a secret, wherever it stands', () => {
  const secret = canary('secret', randomBytes(32));
  const around = randomBytes(1000);
  for (const [form, bytes] of formsOf(secret.bytes)) {
    const hay = { where: 'hay', bytes: Buffer.concat([around, bytes, around]) };
    expect(findCanaries([secret], [hay])).toContain(`secret as ${form} in hay`);
  }
  for (const offset of [0, 1, 2]) {
    const bytes = Buffer.from(Buffer.concat([randomBytes(offset), secret.bytes, around]).toString('base64'));
    expect(findCanaries([secret], [{ where: 'hay', bytes }])).toContain(`secret as base64 at ${offset} in hay`);
  }
  expect(findCanaries([secret], [{ where: 'hay', bytes: around }])).toEqual([]);
});

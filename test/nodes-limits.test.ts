import { hkdfSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { parse } from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Clock, systemClock } from '../src/clock.ts';
import { listenForPeers } from '../src/peers/listener.ts';
import { openStorage } from '../src/storage/storage.ts';
import { silentLogger } from '../src/telemetry/logger.ts';
import { openEventStream } from './support/event-stream.ts';
import { freePort } from './support/free-port.ts';
import { makeDatabase, runSql } from './support/postgres.ts';
import { bootPrivet, type TestPrivet } from './support/privet.ts';

const LIMIT = 100;
const STREAMS = 100;
/** Time enough for a token to end while WhatsApp answers, in milliseconds. */
const SLOW_MS = 5_000;

/** How often a node looks whether tokens that are in use still work, and for how long it waits for the others, in milliseconds. */
const LOOK_MS = 250;
const TELL_MS = 300;

const nodes: TestPrivet[] = [];
const encryptionKey = randomBytes(32);
let databaseUrl: string;
/** What the first node does once it has waited for the others for long enough. */
const waited: (() => void)[] = [];
/** And what it does to find out by looking, as the second one does. */
const looks: (() => void)[] = [];

const boot = (env: Record<string, string>, clock?: Clock): Promise<TestPrivet> =>
  bootPrivet({
    databaseUrl,
    encryptionKey,
    env: { PRIVET_RATE_LIMIT: String(LIMIT), PRIVET_TRUSTED_PROXY_HOPS: '1', PRIVET_DRAIN_SECONDS: '0', ...env },
    ...(clock && { clock }),
  });

/** The system's, but for what waits for so long, in milliseconds: that is due when the test says. */
const clockWithout = (due: Readonly<Record<number, (() => void)[]>>): Clock => ({
  ...systemClock,
  after(ms, callback) {
    const those = due[ms];
    if (!those) return systemClock.after(ms, callback);
    those.push(callback);
    return { [Symbol.dispose]() {} };
  },
});

beforeAll(async () => {
  databaseUrl = await makeDatabase();
  // What the first one ends, neither it nor the second one comes to know by looking.
  const [first, second] = [{ [TELL_MS]: waited, [LOOK_MS]: looks }, { [LOOK_MS]: looks }];
  for (const clock of [clockWithout(first), clockWithout(second), systemClock]) {
    nodes.push(await boot({}, clock));
  }
});
afterAll(() => Promise.all(nodes.map((node) => node[Symbol.asyncDispose]())));

const at = (node: number): TestPrivet => {
  const privet = nodes[node % nodes.length];
  if (!privet) throw new Error('There is no such node');
  return privet;
};
const times = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));

/** A token of the account, made through the first node. */
async function makeToken(): Promise<{ token: string; id: string }> {
  const { data } = await at(0).graphql<{ createToken: { token: string; details: { id: string } } }>(
    'mutation { createToken(input: {}) { token details { id } } }',
  );
  if (!data) throw new Error('There is no token');
  return { token: data.createToken.token, id: data.createToken.details.id };
}

type MadeToken = Awaited<ReturnType<typeof makeToken>>;
const made = (made: MadeToken, end: (made: MadeToken) => string) => ({ ...made, end: end(made) });

/** How many of them tests have made. */
let instances = 0;

/** The token of a new instance, and the field that ends it. A test that is tried again makes another one. */
async function ofInstance(endOf: (name: string) => string): Promise<{ token: string; end: string }> {
  const name = `ended-${(instances += 1)}`;
  const { data } = await at(0).graphql<{ createInstance: { token: string } }>(
    `mutation { createInstance(name: "${name}") { token } }`,
  );
  return { token: data?.createInstance.token ?? '', end: endOf(name) };
}

test('of 300 calls at once through three nodes, half by GraphQL and half by REST, exactly 100 are served', async () => {
  const { token } = await makeToken();
  const answers = await Promise.all(
    times(300, async (i) => {
      const { url } = at(i);
      if (i % 2 === 0) {
        const { status, errors } = await at(i).graphql('{ instance(name: "nobody") { id } }', {}, token);
        expect([status, errors?.[0]?.extensions['code']]).toEqual(
          status === 200 ? [200, undefined] : [429, 'RATE_LIMITED'],
        );
        return status === 200;
      }
      const answer = await fetch(`${url}/api/profile/privacy/nobody`, { headers: { token } });
      await answer.text();
      expect([404, 429]).toContain(answer.status);
      expect(answer.headers.get('x-ratelimit-limit')).toBe(String(LIMIT));
      if (answer.status === 429) {
        expect(answer.headers.get('x-ratelimit-remaining')).toBe('0');
        expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
        expect(Number(answer.headers.get('retry-after'))).toBeLessThanOrEqual(60);
      }
      return answer.status === 404;
    }),
  );
  expect(answers.filter(Boolean)).toHaveLength(LIMIT);
});

let strangers = 0;
test('an address tries 10 tokens a minute, whichever node it tries them on', async () => {
  const address = `1.1.1.${(strangers += 1)}`;
  const headers = { token: 'wrong-token-of-some-length-or-other', 'x-forwarded-for': address };
  const tries = await Promise.all(times(30, (i) => fetch(`${at(i).url}/users/me/privacy`, { headers })));
  for (const answer of tries) await answer.text();
  expect(tries.filter(({ status }) => status === 401)).toHaveLength(10);
  expect(tries.filter(({ status }) => status === 429)).toHaveLength(20);
});

test('a token has 100 streams over all nodes, and another one in the place of one that its client closed', async () => {
  await at(0).graphql('mutation { createInstance(name: "watched") { token } }');
  const { token } = await makeToken();
  const watch = parse('subscription { instance(name: "watched") { state } }');
  const open = (node: number) => openEventStream<object, object>({ url: at(node).url, token }, watch, {});
  const isOpen = async (node: number): Promise<boolean> =>
    open(node).then(
      async (stream) => Boolean((await stream.next())?.data),
      () => false,
    );
  const first = await open(0);
  await first.next();
  expect(await Promise.all(times(STREAMS - 2, (i) => isOpen(i)))).toEqual(times(STREAMS - 2, () => true));
  // They were calls too, of which there are no more this minute.
  await runSql(databaseUrl, 'delete from hits');
  expect((await Promise.all(times(9, (i) => isOpen(i)))).filter(Boolean)).toHaveLength(1);
  first.close();
  await expect.poll(() => isOpen(1)).toBe(true);
});

test('a token that is revoked through one node ends what goes on under it at another', async () => {
  const { name, phoneNumber } = await at(0).link(`shop-${(instances += 1)}`);
  const { token, id } = await makeToken();
  const [here, there] = [at(0), at(1)];
  const stream = await openEventStream<object, object>(
    { url: there.url, token },
    parse(`subscription { instance(name: "${name}") { state } }`),
    {},
  );
  await stream.next();
  here.simulator.addFault({
    phoneNumber,
    times: 1,
    do: 'delay',
    match: { xmlns: 'privacy', type: 'get' },
    ms: SLOW_MS,
  });
  const reads = () => here.simulator.account(phoneNumber).stanzas.length;
  const before = reads();
  const running = there.graphql(`{ privacy(instance: "${name}") { id } }`, {}, token);
  await expect.poll(reads).toBeGreaterThan(before);
  expect((await here.graphql(`mutation { revokeToken(id: "${id}") { id } }`)).errors).toBeUndefined();
  const revokedAt = performance.now();
  expect((await stream.next())?.errors?.[0]?.extensions['code']).toBe('UNAUTHENTICATED');
  expect((await running).errors?.[0]?.extensions['code']).toBe('UNAUTHENTICATED');
  // The answer of WhatsApp, which would have been late, was not waited for.
  expect(performance.now() - revokedAt).toBeLessThan(SLOW_MS - 1_000);
});

test('a token that is deleted with its instance ends what goes on under it, here and at another node', async () => {
  const { token, end } = await ofInstance((name) => `deleteInstance(instance: "${name}") { name }`);
  const streams = await Promise.all(
    [at(0), at(1)].map(({ url }) =>
      // Of all that the token reaches: unlike those of one instance, it does not end with it.
      openEventStream<object, object>({ url, token }, parse('subscription { instanceChanges { caughtUp } }'), {}),
    ),
  );
  for (const stream of streams) await stream.data();
  expect((await at(0).graphql(`mutation { ${end} }`)).errors).toBeUndefined();
  for (const stream of streams) {
    await expect.poll(async () => (await stream.next())?.errors?.[0]?.extensions['code']).toBe('UNAUTHENTICATED');
  }
});

let addresses = 0;
/** What that node answers to a call with the token, from an address that has not tried any. */
async function statusAt({ url }: TestPrivet, token: string): Promise<number> {
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    'x-forwarded-for': `2.0.0.${(addresses += 1)}`,
  };
  const answer = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ query: '{ instance(name: "nobody") { id } }' }),
  });
  await answer.text();
  return answer.status;
}

test.each([
  ['revoked', async () => made(await makeToken(), ({ id }) => `revokeToken(id: "${id}") { id }`)],
  ['replaced', async () => made(await makeToken(), ({ id }) => `rotateToken(id: "${id}") { token }`)],
  [
    "replaced as its instance's",
    async () => ofInstance((name) => `rotateInstanceToken(instance: "${name}") { token }`),
  ],
  ['deleted with its instance', async () => ofInstance((name) => `deleteInstance(instance: "${name}") { name }`)],
])('a token that is %s through one node works at none once that is answered', async (_, make) => {
  const { token, end } = await make();
  expect(await Promise.all(nodes.map((node) => statusAt(node, token)))).toEqual([200, 200, 200]);
  expect((await at(0).graphql(`mutation { ${end} }`)).errors).toBeUndefined();
  expect(await Promise.all(nodes.map((node) => statusAt(node, token)))).toEqual([401, 401, 401]);
});

/** Answers other nodes in the name of the one of that incarnation: what it is, and nothing of what it is asked. Its methods. */
async function listenInNameOf(incarnation: string, port: number): Promise<{ asked: string[] } & AsyncDisposable> {
  await using storage = await openStorage({ dataDir: at(0).dataDir, databaseUrl, masterKey: encryptionKey });
  const key = new Uint8Array(hkdfSync('sha256', storage.tokenKey, '', 'privet nodes', 32));
  const asked: string[] = [];
  const unanswered = (signal: AbortSignal) => once(new EventTarget(), 'answer', { signal });
  const listener = await listenForPeers({
    host: '127.0.0.1',
    port,
    key,
    incarnation,
    handler: {
      ask: (method, _body, { signal }) => {
        asked.push(method);
        return unanswered(signal);
      },
      async *stream(_method, _body, signal) {
        yield await unanswered(signal);
      },
    },
    clock: systemClock,
    log: silentLogger(),
  });
  return { asked, [Symbol.asyncDispose]: () => listener[Symbol.asyncDispose]() };
}

test('a node that can not be told is waited for for a moment, and takes the token for no second more', async () => {
  const port = await freePort();
  const name = `deaf-${port}`;
  await using deaf = await boot({ PRIVET_NODE: name, PRIVET_NODE_URL: `http://127.0.0.1:${port}` });
  const [row] = await runSql(databaseUrl, `select incarnation from nodes where id = '${name}'`);
  await using inItsName = await listenInNameOf(String(row?.['incarnation']), port);
  const { token, id } = await makeToken();
  expect(await statusAt(deaf, token)).toBe(200);
  waited.length = 0;
  let isAnswered = false;
  const revoking = at(0)
    .graphql(`mutation { revokeToken(id: "${id}") { id } }`)
    .finally(() => (isAnswered = true));
  await expect.poll(() => inItsName.asked).toContain('tokens.ended');
  // What the others know by then is not waited for.
  await expect.poll(() => statusAt(at(1), token)).toBe(401);
  expect(isAnswered).toBe(false);
  for (const goOn of waited) goOn();
  expect((await revoking).errors).toBeUndefined();
  await expect.poll(() => statusAt(deaf, token)).toBe(401);
});

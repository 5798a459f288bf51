import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { VERSION } from '../src/version.ts';
import { INSTANCE_STATES } from '../src/instance/state.ts';
import { InstanceChangesDocument } from './gql/graphql.ts';
import { openEventStream } from './support/event-stream.ts';
import { bootPrivet, type LinkedInstance, type TestPrivet } from './support/privet.ts';

const UPDATE = `mutation Hide($instance: String!, $input: UpdatePrivacyInput!) {
  updatePrivacy(instance: $instance, input: $input) { failures { code } }
}`;

let privet: TestPrivet;
let linked: LinkedInstance;

beforeAll(async () => {
  privet = await bootPrivet();
  linked = await privet.link('observed-shop', '491700000777');
});
afterAll(() => privet[Symbol.asyncDispose]());
afterEach(() => privet.simulator.clearFaults());

/** Samples by their text, as in `privet_sessions{state="OPEN"}`. */
async function scrape(): Promise<Map<string, number>> {
  const response = await fetch(`${privet.url}/metrics`);
  expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  const lines = (await response.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]));
}

/** How much each sample grew while something was done; those that stayed are left out. */
async function grown(work: () => Promise<unknown>): Promise<Record<string, number>> {
  const before = await scrape();
  await work();
  const after = await scrape();
  return Object.fromEntries(
    [...after].flatMap(([name, value]) => {
      const more = value - (before.get(name) ?? 0);
      return name.startsWith('privet_') && more !== 0 ? [[name, more]] : [];
    }),
  );
}

const update = (input: object) => privet.graphql(UPDATE, { instance: linked.name, input });

type Line = Record<string, unknown>;
const linesOf = (logs: readonly string[]): Line[] => logs.map((line) => JSON.parse(line) as Line);

/** The line of the request that an answer belongs to; it is written once the answer has left. */
async function lineOf(response: Response): Promise<Line> {
  const requestId = response.headers.get('x-request-id');
  for (const end = Date.now() + 2000; Date.now() < end; await delay(5)) {
    const lines = linesOf(privet.logs).filter((line) => line['requestId'] === requestId && line['msg'] === 'request');
    if (lines.length > 1) throw new Error('More than one line for a request');
    if (lines[0]) return lines[0];
  }
  throw new Error(`No line for ${requestId}`);
}

const post = (path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(privet.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${privet.token}`, ...headers },
    body: JSON.stringify(body),
  });

describe('the figures', () => {
  test('count the instances by state, all states included', async () => {
    const samples = await scrape();
    for (const state of INSTANCE_STATES) {
      expect(samples.get(`privet_sessions{state="${state}"}`), state).toBe(state === 'OPEN' ? 1 : 0);
    }
    const made = () => privet.graphql('mutation { createInstance(name: "spare") { token } }');
    expect(await grown(made)).toMatchObject({ 'privet_sessions{state="UNPAIRED"}': 1 });
  });

  test('tell what came of each field of an update, and how long WhatsApp took', async () => {
    const match = { xmlns: 'privacy', type: 'set', category: 'status' };
    privet.simulator.addFault({ match, do: 'error', code: 403 });
    const growth = await grown(() => update({ visibility: { lastSeen: 'NONE', profile: 'ALL', status: 'NONE' } }));
    expect(growth).toMatchObject({
      'privet_update_fields_total{result="APPLIED"}': 1,
      'privet_update_fields_total{result="ALREADY_SET"}': 1,
      'privet_update_fields_total{result="REJECTED"}': 1,
      'privet_stanza_duration_seconds_count{kind="write"}': 2,
    });
    expect(growth['privet_stanza_duration_seconds_count{kind="read"}']).toBeGreaterThanOrEqual(1);
    expect(growth['privet_stanza_duration_seconds_sum{kind="read"}']).toBeGreaterThan(0);
    expect(growth['privet_stanza_duration_seconds_sum{kind="read"}']).toBeLessThan(10);
  });

  test('count a connection that is made again by its reason, and stanzas that went with the old one', async () => {
    const match = { xmlns: 'privacy', type: 'set', category: 'profile' };
    privet.simulator.addFault({ match, do: 'close', apply: true, times: 1 });
    const growth = await grown(async () => {
      await update({ visibility: { profile: 'NONE' } });
      await privet.waitForState(linked.name, 'OPEN');
    });
    expect(growth).toMatchObject({
      'privet_reconnects_total{reason="connection_closed"}': 1,
      'privet_stanzas_unanswered_total{kind="write",why="lost"}': 1,
      'privet_update_fields_total{result="APPLIED"}': 1,
    });
  });

  test('leave the number out of a reason that came from outside', async () => {
    const before = (await scrape()).get('privet_reconnects_total{reason="stream_error"}') ?? 0;
    for (const code of [503, 4711]) {
      await privet.simulator.disconnect(linked.phoneNumber, `stream:${code}`);
      await privet.waitForState(linked.name, 'RECONNECTING');
      await privet.waitForState(linked.name, 'OPEN');
    }
    expect((await scrape()).get('privet_reconnects_total{reason="stream_error"}')).toBe(before + 2);
  });

  test('count requests by edge and class of status', async () => {
    const growth = await grown(async () => {
      await post('/graphql', { query: '{ __typename }' });
      await post('/graphql', { query: '{ nothing }' }, { accept: 'application/graphql-response+json' });
      await post('/api/profile/privacy/no-such-instance', { visibility: { lastSeen: 'all' } });
      await post('/nothing', {});
      await lineOf(await post('/nothing', {}));
    });
    expect(growth).toMatchObject({
      'privet_http_requests_total{edge="graphql",status="2xx"}': 1,
      'privet_http_requests_total{edge="graphql",status="4xx"}': 1,
      'privet_http_requests_total{edge="rest",status="4xx"}': 1,
      'privet_http_requests_total{edge="other",status="4xx"}': 2,
    });
  });

  test('hold the process too, and no name, number, id or token', async () => {
    const text = await (await fetch(`${privet.url}/metrics`)).text();
    for (const name of ['process_cpu_seconds_total', 'process_resident_memory_bytes', 'nodejs_eventloop_lag_seconds']) {
      expect(text).toMatch(new RegExp(`^${name} `, 'm'));
    }
    const { data } = await privet.graphql<{ instance: { id: string } }>('{ instance(name: "observed-shop") { id } }');
    for (const secret of [
      'observed-shop',
      'spare',
      linked.phoneNumber,
      linked.token,
      privet.token,
      data?.instance.id.replace('Instance:', ''),
    ]) {
      expect(text).not.toContain(secret);
    }
    const version = /^privet_build_info\{version="([^"]+)"\} 1$/m.exec(text)?.[1];
    expect(version).toBe(VERSION);
    const labels = [...text.matchAll(/^privet_\w+\{([^}]*)\}/gm)].flatMap(([, pairs = '']) => pairs.split(','));
    const allowed = /^(state|result|kind|why|reason|edge|status|le)="([A-Z_]+|[a-z_]+|[1-5]xx|[\d.]+|\+Inf)"$/;
    for (const label of labels) if (label !== `version="${VERSION}"`) expect(label).toMatch(allowed);
  });
});

describe('where the figures are', () => {
  test('only GET and HEAD', async () => {
    const response = await post('/metrics', {});
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    expect((await fetch(`${privet.url}/metrics`, { method: 'HEAD' })).status).toBe(200);
  });

  test.each([
    ['HOST is public', { HOST: '0.0.0.0' }],
    ['a proxy is in front', { PRIVET_TRUSTED_PROXY_HOPS: '1' }],
  ])('not on the main port when %s', async (_, env) => {
    await using other = await bootPrivet({ env, configured: (config) => ({ ...config, host: '127.0.0.1' }) });
    expect((await fetch(`${other.url}/metrics`)).status).toBe(404);
    expect(other.metricsUrl).toBeUndefined();
  });

  test('on a port of their own, and nowhere else', async () => {
    await using other = await bootPrivet({ env: { PRIVET_METRICS_PORT: '0' } });
    expect(other.metricsUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const text = await (await fetch(`${other.metricsUrl}/metrics`)).text();
    expect(text).toContain('privet_sessions{state="OPEN"} 0');
    expect((await fetch(`${other.url}/metrics`)).status).toBe(404);
    expect((await fetch(`${other.metricsUrl}/graphql`)).status).toBe(404);
    expect((await fetch(`${other.metricsUrl}/metrics`, { method: 'DELETE' })).status).toBe(405);
  });
});

describe('the request log', () => {
  test('has one line for an update, with all that is known of it', async () => {
    const variables = { instance: linked.name, input: { permissions: { callAdd: 'KNOWN' } } };
    const line = await lineOf(await post('/graphql', { query: UPDATE, variables }));
    expect(line).toMatchObject({
      level: 'info',
      component: 'http',
      edge: 'graphql',
      method: 'POST',
      operation: 'Hide',
      status: 200,
      outcome: 'ok',
      stanzas: 2,
      failures: 0,
    });
    const { data } = await privet.graphql<{ instance: { id: string } }>('{ instance(name: "observed-shop") { id } }');
    expect(`Instance:${String(line['instance'])}`).toBe(data?.instance.id);
    expect(line['instanceName']).toBe(linked.name);
    expect(line['tokenId']).toMatch(/^\w+$/);
    expect(line['ms']).toBeGreaterThan(0);
  });

  test('says what went wrong by its code', async () => {
    const codeOf = async (response: Promise<Response>): Promise<unknown> => (await lineOf(await response))['outcome'];
    const start = 'mutation { startInstance(instance: "nobody") { state } }';
    expect(await codeOf(post('/graphql', { query: start }))).toBe('NOT_FOUND');
    expect(await codeOf(post('/graphql', { query: '{' }))).toBe('GRAPHQL_PARSE_FAILED');
    expect(await codeOf(post('/graphql', {}, { authorization: 'Bearer nonsense' }))).toBe('UNAUTHENTICATED');
    expect(await codeOf(post('/graphql', {}, { 'content-type': 'text/plain' }))).toBe('UNSUPPORTED_MEDIA_TYPE');
    expect(await codeOf(post('/api/profile/privacy/nobody', { visibility: { lastSeen: 'all' } }))).toBe('NOT_FOUND');
    expect(await codeOf(post('/nothing', {}))).toBe('NOT_FOUND');
  });

  test('names a REST call by its pattern, not by its path', async () => {
    const body = { visibility: { lastSeen: 'all' } };
    const line = await lineOf(await post(`/api/profile/privacy/${linked.name}`, body, { token: linked.token }));
    expect(line).toMatchObject({ edge: 'rest', operation: 'POST /api/profile/privacy/{instance}', outcome: 'ok' });
    expect(line).toHaveProperty('stanzas');
    expect(line['instanceName']).toBe(linked.name);
  });

  test('has one line for a stream, when it ends', async () => {
    const before = privet.logs.length;
    const stream = await openEventStream(privet, InstanceChangesDocument, { name: linked.name });
    await stream.next();
    await delay(50);
    const streams = () => linesOf(privet.logs.slice(before)).filter((line) => line['operation'] === 'InstanceChanges');
    expect(streams()).toEqual([]);
    stream.close();
    await expect.poll(streams).toMatchObject([{ edge: 'graphql', status: 200, outcome: 'client_left' }]);
    expect(streams()[0]?.['ms']).toBeGreaterThan(40);
  });

  test('can not be forged, nor flooded by one request', async () => {
    const forged = 'x\n{"level":"info","msg":"request","outcome":"forged"}\u0000\u2028\u001b[31m';
    const query = `query ${'N'.repeat(5000)} { __typename }`;
    const before = privet.logs.length;
    const lines = [
      await lineOf(await post('/graphql', { query: 'query Real { __typename }', operationName: forged })),
      await lineOf(await post('/graphql', { query: `query ${forged} { __typename }` })),
      await lineOf(await post('/graphql', { query }, { 'x-request-id': 'mine' })),
      await lineOf(await post(`/graphql/${encodeURIComponent(forged)}`, {})),
    ];
    expect(lines[2]?.['operation']).toBe('N'.repeat(64));
    expect(lines[2]?.['requestId']).not.toBe('mine');
    for (const line of privet.logs.slice(before)) {
      expect(line.indexOf('\n')).toBe(line.length - 1);
      expect(line.length).toBeLessThan(500);
      expect(line).not.toContain('forged');
    }
  });

  test('names every instance of a request, in the order of their ids, and what is no name of one does not get in', async () => {
    const ask = (name: string): string => `${name.replaceAll('-', '_')}: instance(name: "${name}") { id }`;
    const query = `{ ${['nobody', 'named-b', 'observed-shop'].map(ask).join(' ')} }`;
    await privet.graphql('mutation { createInstance(name: "named-b") { token } }');
    const response = await post('/graphql', { query });
    const { data } = (await response.clone().json()) as { data: Record<string, { id: string }> };
    const line = await lineOf(response);
    expect(line['instanceName']).toBe('named-b,observed-shop');
    expect(line['instance']).toBe(
      [data['named_b'], data['observed_shop']].map((found) => found?.id.replace('Instance:', '')).join(','),
    );
  });

  test('tells no name that is a phone number', async () => {
    const query = 'mutation { createInstance(name: "491700000999") { token } }';
    expect(await lineOf(await post('/graphql', { query }))).toMatchObject({ outcome: 'ok', instanceName: '[number]' });
    expect(privet.logs.join('')).not.toContain('491700000999');
  });

  test('says which origin may not call, and no more of it than a host can have', async () => {
    const preflight = (origin: string): Promise<Response> =>
      fetch(`${privet.url}/graphql`, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST' },
      });
    const refused = { status: 403, outcome: 'ORIGIN_NOT_ALLOWED' };
    expect(await lineOf(await preflight('https://dashboard.example'))).toMatchObject({
      ...refused,
      refusedOrigin: 'https://dashboard.example',
    });
    const long = await lineOf(await preflight(`https://${'x'.repeat(3_000)}`));
    expect(long).toMatchObject({ ...refused, refusedOrigin: `https://${'x'.repeat(92)}` });
    expect(await lineOf(await post('/graphql', {}))).not.toHaveProperty('refusedOrigin');
  });

  test('gives each request an id of its own', async () => {
    const ids = await Promise.all(
      Array.from({ length: 20 }, async () => (await post('/nothing', {})).headers.get('x-request-id')),
    );
    expect(new Set(ids).size).toBe(20);
    for (const id of ids) expect(id).toMatch(/^[a-z]{8}-[0-9a-z]+$/);
  });

  test('leaves probes out at its usual level', async () => {
    for (const path of ['/health/live', '/health/ready', '/metrics']) {
      expect(await lineOf(await fetch(privet.url + path))).toMatchObject({ level: 'debug', edge: 'probe' });
    }
  });
});

test('the log of an instance’s life has its name beside its id', async () => {
  const { data } = await privet.graphql<{ instance: { id: string } }>('{ instance(name: "observed-shop") { id } }');
  const before = privet.logs.length;
  await privet.simulator.disconnect(linked.phoneNumber, 'stream:503');
  await privet.waitForState(linked.name, 'RECONNECTING');
  await privet.waitForState(linked.name, 'OPEN');
  await update({ visibility: { lastSeen: 'ALL' } });
  const lines = linesOf(privet.logs.slice(before)).filter((line) => line['component'] === 'session');
  for (const message of ['connection ended', 'instance state', 'reconnecting', 'update finished']) {
    expect(lines.map((line) => line['msg'])).toContain(message);
  }
  for (const line of lines) {
    expect(line, String(line['msg'])).toMatchObject({
      instance: data?.instance.id.replace('Instance:', ''),
      instanceName: linked.name,
    });
  }
});

test('a token over its limit is counted, by edge', async () => {
  await using small = await bootPrivet({ env: { PRIVET_RATE_LIMIT: '3' } });
  await small.graphql('{ a: instances { nodes { id } } b: instances { nodes { id } } }');
  await small.graphql('{ a: instance(name: "x") { id } b: instance(name: "x") { id } c: instance(name: "x") { id } }');
  const headers = { token: small.token };
  await fetch(`${small.url}/api/profile/privacy/x`, { headers });
  const rejections = async (): Promise<unknown> => {
    const text = await (await fetch(`${small.url}/metrics`)).text();
    return [...text.matchAll(/^privet_rate_limit_rejections_total\{.*/gm)].map(([line]) => line);
  };
  await expect
    .poll(rejections)
    .toEqual([
      'privet_rate_limit_rejections_total{edge="graphql"} 2',
      'privet_rate_limit_rejections_total{edge="rest"} 1',
    ]);
});

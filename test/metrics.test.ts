import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { VERSION } from '../src/version.ts';
import { INSTANCE_STATES } from '../src/instance/state.ts';
import { bootPrivet, type LinkedInstance, type TestPrivet } from './support/privet.ts';
import { lineOf } from './support/log-lines.ts';
import { post, update } from './support/requests.ts';

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
    const growth = await grown(() =>
      update(privet, linked, { visibility: { lastSeen: 'NONE', profile: 'ALL', status: 'NONE' } }),
    );
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

  test('tell what came of the contacts of a list, and name nobody; nor does the log', async () => {
    const [contact] = privet.simulator.createContacts(1);
    const number = `+${contact?.phoneNumber}`;
    const variables = { instance: linked.name, add: [number, '+4930000000003'] };
    const growth = await grown(() =>
      privet.graphql(
        `mutation ($instance: String!, $add: [String!]!) {
          updatePrivacyExclusions(instance: $instance, field: GROUP_ADD, input: { add: $add }) { stanzas }
        }`,
        variables,
      ),
    );
    expect(growth).toMatchObject({
      'privet_update_contacts_total{result="ADDED"}': 1,
      'privet_update_contacts_total{result="NOT_ON_WHATSAPP"}': 1,
      'privet_stanza_duration_seconds_count{kind="write"}': 1,
    });
    const line = privet.logs.find((each) => each.includes('list update finished')) ?? expect.unreachable();
    expect(JSON.parse(line)).toMatchObject({
      instanceName: linked.name,
      list: 'GROUP_ADD',
      results: { ADDED: 1, NOT_ON_WHATSAPP: 1 },
      stanzas: 4,
    });
    expect(privet.logs.join('')).not.toContain(contact?.phoneNumber);
  });

  test('count a connection that is made again by its reason, and stanzas that went with the old one', async () => {
    const match = { xmlns: 'privacy', type: 'set', category: 'profile' };
    privet.simulator.addFault({ match, do: 'close', apply: true, times: 1 });
    const growth = await grown(async () => {
      await update(privet, linked, { visibility: { profile: 'NONE' } });
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
      await post(privet, '/graphql', { query: '{ __typename }' });
      await post(privet, '/graphql', { query: '{ nothing }' }, { accept: 'application/graphql-response+json' });
      await post(privet, '/api/profile/privacy/no-such-instance', { visibility: { lastSeen: 'all' } });
      await post(privet, '/nothing', {});
      await lineOf(privet, await post(privet, '/nothing', {}));
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
    const response = await post(privet, '/metrics', {});
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

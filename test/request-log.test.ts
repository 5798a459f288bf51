import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { InstanceChangesDocument } from './gql/graphql.ts';
import { openEventStream } from './support/event-stream.ts';
import { bootPrivet, type LinkedInstance, type TestPrivet } from './support/privet.ts';
import { post, update, UPDATE } from './support/requests.ts';
import { lineOf, linesOf } from './support/log-lines.ts';

let privet: TestPrivet;
let linked: LinkedInstance;

beforeAll(async () => {
  privet = await bootPrivet();
  linked = await privet.link('observed-shop', '491700000777');
});
afterAll(() => privet[Symbol.asyncDispose]());
afterEach(() => privet.simulator.clearFaults());

describe('the request log', () => {
  test('has one line for an update, with all that is known of it', async () => {
    const variables = { instance: linked.name, input: { permissions: { callAdd: 'KNOWN' } } };
    const line = await lineOf(privet, await post(privet, '/graphql', { query: UPDATE, variables }));
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
    const codeOf = async (response: Promise<Response>): Promise<unknown> =>
      (await lineOf(privet, await response))['outcome'];
    const start = 'mutation { startInstance(instance: "nobody") { state } }';
    expect(await codeOf(post(privet, '/graphql', { query: start }))).toBe('NOT_FOUND');
    expect(await codeOf(post(privet, '/graphql', { query: '{' }))).toBe('GRAPHQL_PARSE_FAILED');
    expect(await codeOf(post(privet, '/graphql', {}, { authorization: 'Bearer nonsense' }))).toBe('UNAUTHENTICATED');
    expect(await codeOf(post(privet, '/graphql', {}, { 'content-type': 'text/plain' }))).toBe('UNSUPPORTED_MEDIA_TYPE');
    expect(await codeOf(post(privet, '/api/profile/privacy/nobody', { visibility: { lastSeen: 'all' } }))).toBe(
      'NOT_FOUND',
    );
    expect(await codeOf(post(privet, '/nothing', {}))).toBe('NOT_FOUND');
  });

  test('names a REST call by its pattern, not by its path', async () => {
    const body = { visibility: { lastSeen: 'all' } };
    const line = await lineOf(
      privet,
      await post(privet, `/api/profile/privacy/${linked.name}`, body, { token: linked.token }),
    );
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
      await lineOf(
        privet,
        await post(privet, '/graphql', { query: 'query Real { __typename }', operationName: forged }),
      ),
      await lineOf(privet, await post(privet, '/graphql', { query: `query ${forged} { __typename }` })),
      await lineOf(privet, await post(privet, '/graphql', { query }, { 'x-request-id': 'mine' })),
      await lineOf(privet, await post(privet, `/graphql/${encodeURIComponent(forged)}`, {})),
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
    const response = await post(privet, '/graphql', { query });
    const { data } = (await response.clone().json()) as { data: Record<string, { id: string }> };
    const line = await lineOf(privet, response);
    const names = String(line['instanceName']).split(',');
    expect(names.toSorted()).toEqual(['named-b', 'observed-shop']);
    expect(line['instance']).toBe(
      names.map((name) => data[name.replaceAll('-', '_')]?.id.replace('Instance:', '')).join(','),
    );
  });

  test('tells no name that is a phone number', async () => {
    const query = 'mutation { createInstance(name: "491700000999") { token } }';
    expect(await lineOf(privet, await post(privet, '/graphql', { query }))).toMatchObject({
      outcome: 'ok',
      instanceName: '[number]',
    });
    expect(privet.logs.join('')).not.toContain('491700000999');
  });

  test('says which origin may not call, and no more of it than a host can have', async () => {
    const preflight = (origin: string): Promise<Response> =>
      fetch(`${privet.url}/graphql`, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST' },
      });
    const refused = { status: 403, outcome: 'ORIGIN_NOT_ALLOWED' };
    expect(await lineOf(privet, await preflight('https://dashboard.example'))).toMatchObject({
      ...refused,
      refusedOrigin: 'https://dashboard.example',
    });
    const long = await lineOf(privet, await preflight(`https://${'x'.repeat(3_000)}`));
    expect(long).toMatchObject({ ...refused, refusedOrigin: `https://${'x'.repeat(92)}` });
    expect(await lineOf(privet, await post(privet, '/graphql', {}))).not.toHaveProperty('refusedOrigin');
  });

  test('gives each request an id of its own', async () => {
    const ids = await Promise.all(
      Array.from({ length: 20 }, async () => (await post(privet, '/nothing', {})).headers.get('x-request-id')),
    );
    expect(new Set(ids).size).toBe(20);
    for (const id of ids) expect(id).toMatch(/^[a-z]{8}-[0-9a-z]+$/);
  });

  test('leaves probes out at its usual level', async () => {
    for (const path of ['/health/live', '/health/ready', '/metrics']) {
      expect(await lineOf(privet, await fetch(privet.url + path))).toMatchObject({ level: 'debug', edge: 'probe' });
    }
  });
});

test('the log of an instance’s life has its name beside its id', async () => {
  const { data } = await privet.graphql<{ instance: { id: string } }>('{ instance(name: "observed-shop") { id } }');
  const before = privet.logs.length;
  await privet.simulator.disconnect(linked.phoneNumber, 'stream:503');
  await privet.waitForState(linked.name, 'RECONNECTING');
  await privet.waitForState(linked.name, 'OPEN');
  await update(privet, linked, { visibility: { lastSeen: 'ALL' } });
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

import { getIntrospectionQuery } from 'graphql';
import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createConfig } from '../src/config/config.ts';
import { readEnv } from '../src/config/env.ts';
import { FakeFleet, fakeGate, serveFake } from './graphql-fakes.ts';

/** What a host that others reach gets by default. The server under test itself listens on this machine alone. */
const config = createConfig(readEnv({ HOST: '0.0.0.0' }));
const exposed = {
  graphiql: config.graphiql,
  corsOrigins: config.corsOrigins,
  trustedProxyHops: config.trustedProxyHops,
};

let server: Awaited<ReturnType<typeof serveFake>>;
let url = '';
beforeAll(async () => {
  server = await serveFake(new FakeFleet('demo'), { ...exposed, gate: fakeGate() });
  url = `${server.url}/graphql`;
});
afterAll(() => server[Symbol.asyncDispose]());

const CALLERS = [
  ['without a token', {}],
  ['with a token', { authorization: 'Bearer account' }],
] as const;

// Whoever has a token may introspect, and is helped: what a suggestion tells is no secret of theirs.
test('graphql-cop finds no field suggestions without a token', async () => {
  for (const query of ['query cop { __schema { directive } }', '{ instanc(name: "x") { id } }']) {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query }) });
    expect(await response.text()).not.toMatch(/did you mean|directives|instance/i);
  }
});

describe.each(CALLERS)("graphql-cop's checks find nothing %s", (_who, authorization) => {
  const post = (body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...authorization, ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  /** The status, and whether the answer holds what the check takes for a finding. */
  const found = async (response: Response, finding: RegExp): Promise<boolean> =>
    finding.test(await response.text()) && response.status < 400;
  const DATA = /"data":\s*[{[]/;

  test('alias overloading', async () => {
    const query = `query cop { ${Array.from({ length: 101 }, (_, i) => `alias${i}: __typename`).join('\n')} }`;
    expect(await found(await post({ query }), DATA)).toBe(false);
  });

  test('array-based batching', async () => {
    const batch = Array.from({ length: 10 }, () => ({ query: 'query cop { __typename }' }));
    expect(await found(await post(batch), DATA)).toBe(false);
  });

  test('directive overloading', async () => {
    const query = `query cop { __typename ${'@aa'.repeat(10)} }`;
    const known = `query cop { __typename ${'@skip(if: false) '.repeat(11)} }`;
    const answer = (await (await post({ query })).json()) as { errors?: unknown[] };
    expect(answer.errors?.length).toBeLessThan(10);
    expect(await found(await post({ query: known }), DATA)).toBe(false);
  });

  test('circular query by introspection', async () => {
    const circle = 'types { fields { type { '.repeat(4);
    const query = `query cop { __schema { ${circle} name ${'} } } '.repeat(4)} } }`;
    expect(await found(await post({ query }), DATA)).toBe(false);
    const fields =
      'query cop { __schema { types { fields { type { fields { type { fields { type { fields { type { fields { type { fields { type { name } } } } } } } } } } } } } } } }';
    expect(await found(await post({ query: fields }), DATA)).toBe(false);
  });

  test('field duplication', async () => {
    const query = `query cop { ${'__typename\n'.repeat(500)} }`;
    expect(await found(await post({ query }), DATA)).toBe(false);
  });

  test('GET: queries and mutations', async () => {
    for (const query of ['query cop {__typename}', 'mutation cop {__typename}']) {
      const response = await fetch(`${url}?query=${encodeURIComponent(query)}`, { headers: authorization });
      expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
    }
  });

  test('POST with an urlencoded body, and other ways that need no preflight', async () => {
    for (const type of ['application/x-www-form-urlencoded', 'text/plain', 'multipart/form-data; boundary=x', '']) {
      const response = await post('query=query+cop+%7B__typename%7D', { 'content-type': type });
      expect(response.status, type).toBe(415);
    }
  });

  test('a playground, wherever graphql-cop looks for one', async () => {
    for (const path of [
      '/graphql',
      '/graphiql',
      '/playground',
      '/console',
      '/graphql/playground',
      '/altair',
      '/v1/explorer',
    ]) {
      const response = await fetch(server.url + path, { headers: { accept: 'text/html', ...authorization } });
      expect([404, 405], path).toContain(response.status);
      expect(await response.text()).not.toMatch(/graphiql\.min|graphql playground|graphql console|<html|<script/i);
    }
  });

  test('tracing', async () => {
    expect(await (await post({ query: 'query cop { __typename }' })).text()).not.toMatch(/tracing|extensions":{"t/);
  });

  test('unhandled errors', async () => {
    for (const body of [
      'qwerty cop { abc }',
      '{"query":"qwerty cop { abc }"}',
      '{"query":{}}',
      '[[]]',
      '{"query":"{a}","extensions":1}',
    ]) {
      const response = await post(body);
      const text = await response.text();
      expect(response.status, body).toBeLessThan(500);
      expect(text).not.toMatch(/exception|stack|node_modules|\.[jt]s:\d|at [A-Z]\w+\./i);
    }
    expect(server.logged).toEqual([]);
  });
});

test('introspection takes a token', async () => {
  const post = (headers: Record<string, string>): Promise<Response> =>
    fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ query: getIntrospectionQuery() }),
    });
  const without = await post({});
  expect([without.status, await without.text()]).toEqual([401, expect.not.stringContaining('__schema')]);
  expect((await post({ authorization: 'Bearer account' })).status).toBe(200);
});

test('nothing says by what the service is made, or lets other pages in', async () => {
  for (const [path, init] of [
    ['/graphql', { method: 'POST' }],
    [
      '/graphql',
      { method: 'OPTIONS', headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' } },
    ],
    ['/health/live', {}],
    ['/nothing', {}],
  ] as const) {
    const { headers } = await fetch(server.url + path, init);
    expect([...headers.keys()].filter((name) => /^(access-control-|x-powered-by|server|via)/.test(name))).toEqual([]);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('content-security-policy')).toBe("default-src 'none'; frame-ancestors 'none'");
  }
});

describe('GraphQL over HTTP, as graphql-http audits it', () => {
  const audits = serverAudits({
    url: () => url,
    fetchFn: (input: string, init: RequestInit = {}) =>
      fetch(input, { ...init, headers: { ...(init.headers as object), authorization: 'Bearer account' } }),
  });

  test.each(audits.map((audit) => [`${audit.id} ${audit.name}`, audit] as const))('%s', async (_name, audit) => {
    const result = await audit.fn();
    // GET is optional, and left out: of the three audits about it a notice is all that remains.
    const isAboutGet = /GET/.test(audit.name);
    expect(result.status, 'reason' in result ? result.reason : '').toBe(
      isAboutGet && result.status !== 'ok' ? 'notice' : 'ok',
    );
  });
});

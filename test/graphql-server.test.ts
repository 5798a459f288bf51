import { request } from 'node:http';
import { connect } from 'node:net';
import { getIntrospectionQuery } from 'graphql';
import { describe, expect, test } from 'vitest';
import { FakeFleet, serveFake } from './graphql-fakes.ts';

const WATCH = 'subscription { instance(name: "demo") { name state } }';
const SSE = { accept: 'text/event-stream' };

/** What the server sends on a connection until it closes it, or for 500 ms. */
function raw(url: string, text: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    let received = '';
    const socket = connect(Number(port), hostname, () => socket.write(text));
    socket.setTimeout(500, () => socket.destroy());
    socket.on('data', (chunk) => (received += chunk.toString()));
    socket.on('close', () => resolve(received));
    socket.on('error', () => resolve(received));
  });
}

describe('the HTTP server, with sessions that are only in memory', () => {
  test('takes GraphQL only as a POST of application/json', async () => {
    await using server = await serveFake(new FakeFleet());
    const url = `${server.url}/graphql`;
    const headers = { authorization: 'Bearer account' };
    const query = '?query={__typename}';
    const get = await fetch(url + query, { headers });
    expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST']);
    expect((await fetch(url, { method: 'OPTIONS', headers: { origin: 'https://example.com' } })).status).toBe(405);
    for (const type of [
      'application/x-www-form-urlencoded',
      'text/plain',
      'application/graphql',
      'multipart/form-data',
    ]) {
      const response = await fetch(url, { method: 'POST', headers: { ...headers, 'content-type': type }, body: '{}' });
      expect(response.status, type).toBe(415);
      expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'UNSUPPORTED_MEDIA_TYPE' } }] });
    }
    const batch = await server.post([{ query: '{ __typename }' }, { query: '{ __typename }' }]);
    expect(batch.status).toBe(400);
    const other = await server.post({ query: '{ __typename }' }, { origin: 'https://example.com' });
    expect([...other.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  test('limits bodies to 64 KiB, by their announced length', async () => {
    await using server = await serveFake(new FakeFleet());
    const padded = (length: number): string => JSON.stringify({ query: '{ __typename }' }).padEnd(length);
    expect((await server.post(padded(64 * 1024))).status).toBe(200);
    const refused = await server.post(padded(64 * 1024 + 1));
    expect([refused.status, await refused.json()]).toMatchObject([
      413,
      { errors: [{ extensions: { code: 'CONTENT_TOO_LARGE' } }] },
    ]);

    const status = await new Promise((resolve) => {
      const chunked = request(`${server.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: 'Bearer account' },
      });
      chunked.on('response', (response) => resolve(response.statusCode));
      chunked.write('{"query": ');
      chunked.end('"{ __typename }"}');
    });
    expect(status).toBe(411);
  });

  test('answers odd requests without a stack, and never with 5xx', async () => {
    await using server = await serveFake(new FakeFleet());
    const body = 'Content-Length: 2\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n{}';
    for (const text of [
      `POST /graphql HTTP/1.1\r\nHost: [\r\n${body}`,
      `POST http://[/graphql HTTP/1.1\r\nHost: a\r\n${body}`,
      `POST http://evil.example/graphql HTTP/1.1\r\nHost: a\r\n${body}`,
      `POST //evil.example/graphql HTTP/1.1\r\nHost: a\r\n${body}`,
      `POST /graphql?%zz HTTP/1.1\r\nHost: a\r\n${body}`,
      `GET /%00 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
      `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(9000)}\r\n\r\n`,
      `POST /graphql HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n`,
    ]) {
      const answer = await raw(server.url, text);
      expect(answer, text.slice(0, 60)).toMatch(/^HTTP\/1.1 4\d\d /);
      expect(answer).not.toMatch(/at .*(\.js|\.ts|node:)/);
    }
    for (const bad of [
      '',
      '{',
      '[]',
      'null',
      '1',
      '{"query": 1}',
      '{"query": "{"}',
      '{"query":"{a}","variables":[]}',
    ]) {
      expect((await server.post(bad)).status, bad).toBeLessThan(500);
    }
    expect(server.logged).toEqual([]);
  });

  test('a body that is no JSON is told to be just that, and nothing of what found it', async () => {
    await using server = await serveFake(new FakeFleet());
    for (const accept of ['application/json', 'application/graphql-response+json']) {
      const response = await server.post('{"query": "secret', { accept });
      expect(response.status).toBe(400);
      expect(await response.json()).toEqual({
        errors: [{ message: 'POST body sent invalid JSON.', extensions: { code: 'BAD_REQUEST' } }],
      });
    }
  });

  test('every answer says not to keep, sniff or frame it', async () => {
    await using server = await serveFake(new FakeFleet());
    const answers = [
      await server.post({ query: '{ __typename }' }),
      await fetch(`${server.url}/graphql`),
      await fetch(`${server.url}/nothing`),
      await fetch(`${server.url}/health/live`),
      await server.post({ query: WATCH }, SSE),
    ];
    for (const { headers, url } of answers) {
      expect(headers.get('cache-control'), url).toBe('no-store');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    }
  });

  test('says whether it lives and whether it is ready', async () => {
    let ready: () => Promise<boolean> = async () => true;
    await using server = await serveFake(new FakeFleet(), { ready: () => ready() });
    const status = async (path: string): Promise<number> => (await fetch(server.url + path)).status;
    expect([await status('/health/live'), await status('/health/ready')]).toEqual([200, 200]);
    ready = async () => false;
    expect([await status('/health/live'), await status('/health/ready')]).toEqual([200, 503]);
    ready = async () => {
      throw new Error('the database is gone');
    };
    expect(await status('/health/ready')).toBe(503);
    expect([await status('/health'), await status('/health/')]).toEqual([503, 404]);
    ready = async () => true;
    expect(await status('/health')).toBe(200);
  });

  test('of a node that drains answers and closes the connection, so that who keeps it goes to another one', async () => {
    const node = { id: 'a', held: true, isDraining: false, nodes: [] };
    await using server = await serveFake(new FakeFleet('demo'), { node });
    const connection = async (): Promise<unknown> => {
      const response = await server.post({ query: '{ instance(name: "demo") { name } }' });
      return [response.status, response.headers.get('connection')];
    };
    expect(await connection()).toEqual([200, 'keep-alive']);
    node.isDraining = true;
    expect(await connection()).toEqual([200, 'close']);
  });

  test('says of one node of several which there are, and is not ready while it drains or its lease does not hold', async () => {
    const rowOf = (id: string) => ({
      id,
      incarnation: `run-${id}`,
      url: 'http://10.0.0.9:7000',
      startedAt: 1,
      instances: 3,
    });
    const row = (id: string, draining: boolean, isLive: boolean) => ({ ...rowOf(id), draining, isLive });
    const node = { id: 'a', held: true, isDraining: false, nodes: [row('a', false, true), row('b', true, false)] };
    let asked = 0;
    const ready = async (): Promise<boolean> => (asked += 1) > 0;
    await using server = await serveFake(new FakeFleet(), { ready, node });
    const look = async (): Promise<{ status: number; body: unknown }> => {
      const response = await fetch(`${server.url}/health/ready`);
      return { status: response.status, body: await response.json() };
    };
    const nodes = [
      { node: 'a', instances: 3, draining: false, live: true },
      { node: 'b', instances: 3, draining: true, live: false },
    ];
    expect(await look()).toEqual({ status: 200, body: { status: 'ready', node: 'a', draining: false, nodes } });
    expect(asked).toBe(1);

    node.isDraining = true;
    const reason = 'This node ends, and gives its instances to the others: calls go there';
    const drains = { status: 'not ready', reason, node: 'a', draining: true, nodes };
    expect(await look()).toEqual({ status: 503, body: drains });
    Object.assign(node, { isDraining: false, held: false });
    expect(await look()).toMatchObject({
      status: 503,
      body: {
        status: 'not ready',
        reason: expect.stringContaining('has lost touch with the database'),
        draining: false,
      },
    });
    // Nor is the database asked then.
    expect(asked).toBe(1);
    expect(await (await fetch(`${server.url}/health/live`)).json()).toEqual({ status: 'live' });

    Object.assign(node, { held: true, nodes: Array.from({ length: 1_000 }, (_, at) => row(`n${at}`, false, true)) });
    expect(((await look()).body as { nodes: unknown[] }).nodes).toHaveLength(100);

    await using single = await serveFake(new FakeFleet());
    expect(await (await fetch(`${single.url}/health/ready`)).json()).toEqual({ status: 'ready' });
  });

  test('serves the playground from itself, under a policy without inline scripts, or not at all', async () => {
    await using server = await serveFake(new FakeFleet());
    const page = await fetch(`${server.url}/graphql`, { headers: { accept: 'text/html' } });
    const html = await page.text();
    expect(page.headers.get('content-security-policy')).toMatch(/script-src 'self';/);
    expect(html).not.toMatch(/<script>|https?:\/\//);
    const files = [...html.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, path]) => path);
    expect(files).toEqual(['/graphiql/style.css', '/graphiql/graphiql.js', '/graphiql/start.js']);
    for (const file of [...files, '/graphiql/json.worker.js']) {
      const answer = await fetch(`${server.url}${file}`);
      expect([answer.status, (await answer.arrayBuffer()).byteLength > 0]).toEqual([200, true]);
    }
    expect((await fetch(`${server.url}/graphiql/constructor`)).status).toBe(404);
    expect((await server.post({ query: getIntrospectionQuery() })).status).toBe(200);

    await using without = await serveFake(new FakeFleet(), { graphiql: false });
    expect((await fetch(`${without.url}/graphql`, { headers: { accept: 'text/html' } })).status).toBe(405);
    expect((await fetch(`${without.url}/graphiql/start.js`)).status).toBe(404);
  });

  test('mounts other routes, which word refusals in their own way', async () => {
    await using server = await serveFake(new FakeFleet(), {
      routes: [
        {
          owns: (pathname) => pathname.startsWith('/api/'),
          refuse: ({ status, message }) => Response.json({ success: false, message }, { status }),
          handle: async (received, { address }) => {
            if (received.url.endsWith('/fail')) throw new Error('the canary');
            return Response.json({ method: received.method, body: await received.text(), address });
          },
        },
      ],
    });
    const post = (path: string, body: string): Promise<Response> => fetch(server.url + path, { method: 'POST', body });
    expect(await (await post('/api/x', 'hello')).json()).toEqual({
      method: 'POST',
      body: 'hello',
      address: '127.0.0.1',
    });
    const large = await post('/api/x', 'x'.repeat(65 * 1024));
    expect([large.status, await large.json()]).toMatchObject([413, { success: false }]);
    const failed = await post('/api/fail', '');
    expect([failed.status, await failed.json()]).toEqual([500, { success: false, message: 'Internal server error' }]);
    expect(await raw(server.url, 'TRACE /api/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')).toMatch(
      /^HTTP\/1.1 400/,
    );
    expect(server.logged).toMatchObject([{ level: 'error', fields: { path: '/api/fail' } }]);
  });
});

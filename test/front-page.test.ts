import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { VERSION } from '../src/version.ts';
import { bootPrivet, type TestPrivet } from './support/privet.ts';

const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
const IS_OFF = /playground is off.*PRIVET_GRAPHIQL=on/i;
const CONSOLE_OFF = /console is off.*PRIVET_CONSOLE=on/i;

let server: TestPrivet;
let without: TestPrivet;
beforeAll(async () => {
  server = await bootPrivet({ env: { PRIVET_CONSOLE: 'off' } });
  await server.graphql('mutation { createInstance(name: "secret-shop") { token } }');
  // Where a proxy is declared both are off by themselves.
  without = await bootPrivet({ env: { PRIVET_TRUSTED_PROXY_HOPS: '1' } });
});
afterAll(() => Promise.all([server[Symbol.asyncDispose](), without[Symbol.asyncDispose]()]));

const open = (url: string, accept: string, method = 'GET'): Promise<Response> =>
  fetch(url, { method, headers: { accept } });

describe.each([BROWSER, '*/*'])('the front page for Accept: %s', (accept) => {
  test('says what this is and leads to all that there is, where each link has an answer', async () => {
    const answer = await open(`${server.url}/`, accept);
    const html = await answer.text();
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(html).toContain(VERSION);
    expect(html).toContain('privet token create');
    expect(html).not.toMatch(/secret-shop|https?:|<script|style="/);
    const links = [...html.matchAll(/<a href="([^"]+)"/g)].map(([, link = '']) => link);
    expect(new Set(links)).toEqual(new Set(['/graphql', '/openapi.json', '/health/live', '/health/ready']));
    for (const link of links) expect((await open(server.url + link, BROWSER)).status, link).toBe(200);
  });

  test('loads nothing, and has a policy without anything unsafe', async () => {
    const answer = await open(`${server.url}/`, accept);
    const policy = answer.headers.get('content-security-policy') ?? '';
    const style = /<style>([\s\S]*?)<\/style>/.exec(await answer.text())?.[1] ?? '';
    expect(policy).toContain(`style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`);
    expect(policy).toMatch(/^default-src 'none'; /);
    expect(policy).not.toContain('unsafe');
  });
});

test('HEAD is answered as GET is, without the body', async () => {
  const [get, head] = [await open(`${server.url}/`, BROWSER), await open(`${server.url}/`, BROWSER, 'HEAD')];
  expect([head.status, await head.text()]).toEqual([200, '']);
  const body = Buffer.from(await get.arrayBuffer());
  expect(head.headers.get('content-length')).toBe(String(body.length));
});

test('clients that ask for JSON get the same as JSON', async () => {
  const answer = await open(`${server.url}/`, 'application/json');
  expect(answer.headers.get('content-type')).toBe('application/json');
  expect(await answer.json()).toMatchObject({
    name: 'privet',
    version: VERSION,
    console: null,
    consoleOff: expect.stringMatching(CONSOLE_OFF) as unknown,
    playground: '/graphql',
    graphql: '/graphql',
    openapi: '/openapi.json',
    health: { live: '/health/live', ready: '/health/ready' },
    token: expect.stringContaining('privet token create') as unknown,
  });
});

test('it takes no other method', async () => {
  const answer = await open(`${server.url}/`, BROWSER, 'POST');
  expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
});

test('where the console is off, the page says how it is switched on, and so does the one beside it', async () => {
  for (const url of [server.url, without.url]) {
    for (const path of ['/', '/about']) {
      expect(await (await open(url + path, BROWSER)).text()).toMatch(CONSOLE_OFF);
    }
  }
});

test('where the playground is off, the page and the playground’s place say how it is switched on', async () => {
  const page = await open(`${without.url}/`, BROWSER);
  expect([page.status, await page.text()]).toEqual([200, expect.stringMatching(IS_OFF)]);
  expect(await (await open(`${without.url}/`, 'application/json')).json()).toMatchObject({
    playground: null,
    playgroundOff: expect.stringMatching(IS_OFF) as unknown,
  });
  const place = await open(`${without.url}/graphql`, BROWSER);
  expect([place.status, place.headers.get('allow')]).toEqual([405, 'POST']);
  expect(await place.text()).toMatch(IS_OFF);
});

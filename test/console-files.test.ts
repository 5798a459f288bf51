import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createConfig } from '../src/config/config.ts';
import { readEnv } from '../src/config/env.ts';
import { FakeFleet, fakeGate, serveFake } from './graphql-fakes.ts';
import { exchange } from './support/raw-http.ts';
import { dataFolder, runService } from './support/service-process.ts';

const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
const BUILT = new URL('../console/dist/index.html', import.meta.url);

const PAGE = '<!doctype html><title>The console</title><script type="module" src="/assets/index-B2x.js"></script>';
const SCRIPT = `console.log(${JSON.stringify('long enough to be worth it '.repeat(4_000))});`;

/** As a build leaves it; what is around it in `around`. */
function buildIn(around: string): string {
  const dist = join(around, 'dist');
  const write = (path: string, content: string | Buffer): void => {
    mkdirSync(dirname(join(dist, path)), { recursive: true });
    writeFileSync(join(dist, path), content);
  };
  for (const [path, content] of [
    ['index.html', PAGE],
    ['assets/index-B2x.js', SCRIPT],
  ] as const) {
    write(path, content);
    write(`${path}.gz`, gzipSync(content));
    write(`${path}.br`, brotliCompressSync(content));
  }
  write('assets/index-C3y.css', 'body { color: red; }');
  write('icon.svg', '<svg xmlns="http://www.w3.org/2000/svg"/>');
  write('assets/only.br', 'no encoding of another file');
  writeFileSync(join(around, 'secret.json'), 'CANARY');
  return dist;
}

const temporaryFolder = (): string => mkdtempSync(join(tmpdir(), 'privet-console-'));

let folder = '';
let server: Awaited<ReturnType<typeof serveFake>>;
beforeAll(async () => {
  folder = temporaryFolder();
  // Not a single call a minute, so that one which counted would be seen.
  const gate = fakeGate({ rateLimit: 1 });
  server = await serveFake(new FakeFleet('demo'), { consoleFolder: buildIn(folder), gate });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const get = (path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Response> =>
  fetch(server.url + path, { method, headers: { accept: '*/*', 'accept-encoding': 'identity', ...headers } });

test('a browser gets the console at /, with a policy that allows nothing inline and no other origin', async () => {
  const answer = await get('/', { accept: BROWSER });
  expect([answer.status, await answer.text()]).toEqual([200, PAGE]);
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-cache',
    'content-security-policy':
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
    'cross-origin-opener-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    vary: 'Accept, Accept-Encoding, Origin',
  });
});

test.each(['application/json', 'application/json, */*', '*/*'])(
  'Accept: %s still gets what there is',
  async (accept) => {
    const answer = await get('/', { accept });
    const text = await answer.text();
    expect(text).not.toBe(PAGE);
    for (const path of ['/graphql', '/openapi.json', '/health/live', '/health/ready']) expect(text).toContain(path);
    if (accept !== '*/*') expect(JSON.parse(text)).toMatchObject({ console: '/', playground: '/graphql' });
  },
);

test('/about has for browsers too what / had before', async () => {
  const answer = await get('/about', { accept: BROWSER });
  const text = await answer.text();
  expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
  for (const path of ['/', '/graphql', '/openapi.json', '/health/live', '/health/ready']) {
    expect(text).toContain(`<a href="${path}">`);
  }
});

test('files are kept for good where their name changes with what they hold, others are asked for again', async () => {
  for (const [path, type, kept] of [
    ['/assets/index-B2x.js', 'text/javascript; charset=utf-8', 'public, max-age=31536000, immutable'],
    ['/assets/index-C3y.css', 'text/css; charset=utf-8', 'public, max-age=31536000, immutable'],
    ['/icon.svg', 'image/svg+xml', 'no-cache'],
  ] as const) {
    const { status, headers } = await get(path);
    expect([status, headers.get('content-type'), headers.get('cache-control')], path).toEqual([200, type, kept]);
    expect(headers.get('vary'), path).toBe('Accept-Encoding, Origin');
    expect(headers.get('content-security-policy'), path).toMatch(/^default-src 'none'/);
  }
});

describe('encodings', () => {
  const raw = async (path: string, accepted: string): Promise<[string | undefined, Buffer]> => {
    const head = `GET ${path} HTTP/1.1\r\nHost: x\r\nAccept: text/html\r\nAccept-Encoding: ${accepted}\r\nConnection: close\r\n\r\n`;
    const { text } = await exchange(server.url, Buffer.from(head));
    const at = text.indexOf('\r\n\r\n');
    const encoding = /^content-encoding: (.*?)\r?$/im.exec(text.slice(0, at))?.[1];
    return [encoding, Buffer.from(text.slice(at + 4), 'latin1')];
  };
  const plain = (body: Buffer): Buffer => body;

  test.each([
    ['gzip, deflate, br, zstd', 'br', brotliDecompressSync],
    ['gzip, deflate', 'gzip', gunzipSync],
    ['br;q=0, gzip;q=0.5', 'gzip', gunzipSync],
    ['GZIP', 'gzip', gunzipSync],
    ['gzip;q=0.0, br; q=0', undefined, plain],
    ['identity', undefined, plain],
    ['zstd', undefined, plain],
    ['', undefined, plain],
  ] as const)('for Accept-Encoding %j it is %s', async (accepted, encoding, decode) => {
    for (const [path, content] of [
      ['/', PAGE],
      ['/assets/index-B2x.js', SCRIPT],
    ] as const) {
      const [found, body] = await raw(path, accepted);
      expect([found, decode(body).toString() === content], path).toEqual([encoding, true]);
    }
  });

  test('a file that the build did not compress comes as it is', async () => {
    expect(await raw('/icon.svg', 'br, gzip')).toEqual([undefined, readFileSync(join(folder, 'dist/icon.svg'))]);
  });
});

test('who has a file is told so, in its encoding, with the same policy and no body', async () => {
  const etags = new Set<string>();
  for (const encoding of ['br', 'gzip', 'identity']) {
    const asked = { accept: BROWSER, 'accept-encoding': encoding };
    const first = await get('/', asked);
    const etag = first.headers.get('etag') ?? '';
    etags.add(etag);
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`]) {
      const again = await get('/', { ...asked, 'if-none-match': known });
      expect([again.status, await again.text()], known).toEqual([304, '']);
      for (const name of ['etag', 'cache-control', 'content-security-policy', 'vary']) {
        expect(again.headers.get(name), name).toBe(first.headers.get(name));
      }
    }
    expect((await get('/', { ...asked, 'if-none-match': '"other"' })).status).toBe(200);
  }
  expect(etags.size).toBe(3);
});

test('HEAD is answered as GET is, without the body', async () => {
  for (const path of ['/', '/assets/index-B2x.js', '/icon.svg']) {
    const [whole, head] = [await get(path, { accept: BROWSER }), await get(path, { accept: BROWSER }, 'HEAD')];
    expect([head.status, await head.text()], path).toEqual([200, '']);
    for (const name of ['content-type', 'etag', 'cache-control']) {
      expect(head.headers.get(name), path).toBe(whole.headers.get(name));
    }
    expect(Number(head.headers.get('content-length')), path).toBe((await whole.arrayBuffer()).byteLength);
  }
});

test('no other method', async () => {
  for (const path of ['/', '/about', '/assets/index-B2x.js', '/icon.svg']) {
    const answer = await get(path, {}, 'POST');
    expect([answer.status, answer.headers.get('allow')], path).toEqual([405, 'GET, HEAD']);
  }
});

test.each([
  '/assets/nothing.js',
  '/assets/',
  '/assets/constructor',
  '/assets/__proto__',
  '/assets/index-B2x.js.br',
  '/assets/../secret.json',
  '/assets/../../secret.json',
  '/../secret.json',
  '//../secret.json',
  '/assets/%2e%2e/%2e%2e/secret.json',
  '/assets/..%2f..%2fsecret.json',
  '/assets/..%5c..%5csecret.json',
  '/assets/....//secret.json',
  '/assets/%00',
  '/secret.json',
  '/dist/index.html',
  '/index.htm',
  '/console',
])('nothing else is reached: %s', async (path) => {
  const head = `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`;
  const { status, text } = await exchange(server.url, Buffer.from(head));
  expect([status, text]).toEqual([404, expect.not.stringContaining('CANARY')]);
});

test('a file that only looks like an encoding of another one is a file', async () => {
  expect((await get('/assets/only.br')).headers.get('content-type')).toBe('application/octet-stream');
});

test('no file needs a token, reads one, or counts as a call', async () => {
  for (const authorization of [undefined, 'Bearer account', 'Bearer nobody', 'nonsense']) {
    for (let i = 0; i < 5; i += 1) {
      const answer = await get('/assets/index-B2x.js', authorization === undefined ? {} : { authorization });
      expect([answer.status, answer.headers.has('x-ratelimit-limit')]).toEqual([200, false]);
    }
  }
  expect((await server.query('{ instances { nodes { name } } }')).errors).toBeUndefined();
});

test('a body that is too large for any other path is here too', async () => {
  const head = `GET /assets/index-B2x.js HTTP/1.1\r\nHost: x\r\nContent-Length: 65537\r\nConnection: close\r\n\r\n`;
  expect((await exchange(server.url, Buffer.from(head))).status).toBe(413);
});

describe('where there is none', () => {
  const page = async (url: string): Promise<string> => (await fetch(url, { headers: { accept: BROWSER } })).text();

  test('because it is off, / says how it is switched on, and no file is served', async () => {
    const { console: isOn } = createConfig(readEnv({ HOST: '0.0.0.0' }));
    await using off = await serveFake(new FakeFleet('demo'), { consoleFolder: isOn ? folder : undefined });
    expect(await page(`${off.url}/`)).toMatch(/console is off.*PRIVET_CONSOLE=on/);
    expect((await fetch(`${off.url}/assets/index-B2x.js`)).status).toBe(404);
    const index = await fetch(`${off.url}/`, { headers: { accept: 'application/json' } });
    expect(await index.json()).toMatchObject({ console: null, consoleOff: expect.stringMatching(/is off/) as unknown });
  });

  test.each(['no-such-folder', '.'])('because it was not built, / and the log say what to run: %s', async (place) => {
    const empty = temporaryFolder();
    onTestFinished(() => rmSync(empty, { recursive: true, force: true }));
    await using missing = await serveFake(new FakeFleet('demo'), { consoleFolder: join(empty, place) });
    expect(await page(`${missing.url}/`)).toMatch(/files are not there.*npm run build/);
    expect(missing.logged).toMatchObject([
      { level: 'warn', message: expect.stringMatching('npm run build') as unknown },
    ]);
    expect((await missing.query('{ instances { nodes { name } } }')).errors).toBeUndefined();
  });
});

test('the service finds what was built wherever it is started, and shows it on loopback by itself', async () => {
  const away = temporaryFolder();
  onTestFinished(() => rmSync(away, { recursive: true, force: true }));
  const service = await runService({ PRIVET_DATA: dataFolder() }, ['env', '-C', away]);
  const answer = await fetch(`${service.url}/`, { headers: { accept: BROWSER } });
  const text = await answer.text();
  expect(text).toBe(readFileSync(BUILT, 'utf8'));
  // As the build left them beside each file.
  const [, script = ''] = /src="(\/assets\/[^"]+\.js)"/.exec(text) ?? [];
  for (const [accepted, encoding] of [
    ['gzip, br', 'br'],
    ['gzip', 'gzip'],
  ] as const) {
    const file = await fetch(service.url + script, { headers: { 'accept-encoding': accepted } });
    expect([file.status, file.headers.get('content-encoding')]).toEqual([200, encoding]);
    expect((await file.text()).length).toBeGreaterThan(Number(file.headers.get('content-length')));
  }
  expect(await service.kill('SIGTERM')).toBe(0);
});

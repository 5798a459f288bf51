import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { createServer, preview } from 'vite';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { freePort } from '../demo/child.ts';
import type { Fault } from '../simulator/faults.ts';
import { expectAccessible } from './browser/support/axe.ts';
import { useChromium } from './browser/support/chromium.ts';
import { watch } from './browser/support/console-page.ts';
import { linesOf } from './support/log-lines.ts';
import { bootPrivet, type TestPrivet } from './support/privet.ts';
import { runProgram } from './support/service-process.ts';
import { ALL_CHANGED_WIRE } from './support/settings.ts';

/** How long anything may take on a machine that does much else. */
const PATIENCE_MS = 30_000;
const TEST_MS = 240_000;

const browser = useChromium();
let privet: TestPrivet;
/** Where the built pages are served from: another origin than the service's. */
let pagesPort: number;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'privet-examples-'));
  pagesPort = await freePort(0);
  const env = { PORT: String(await freePort(0)), PRIVET_CORS_ORIGINS: `http://127.0.0.1:${pagesPort}` };
  privet = await bootPrivet({ env });
});
afterAll(async () => {
  await privet[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const ROOT = join(import.meta.dirname, '..');
const sourceOf = (example: string): string => join(ROOT, 'examples', example);

/** Somebody's phone, which refuses and changes what it is told to. */
interface Phone {
  /** Refuses the next write of this category. */
  refuse(category: string): Promise<unknown>;
  set(category: string, value: string): Promise<unknown>;
  held(): Promise<Readonly<Record<string, string>>>;
}

/** What a page talks to. */
interface Place {
  readonly url: string;
  readonly token: string;
  readonly phone: Phone;
}

const refusalOf = (category: string): Fault => ({
  match: { xmlns: 'privacy', type: 'set', category },
  do: 'error',
  code: 403,
  times: 1,
});

async function linked(name: string): Promise<Place & { readonly name: string }> {
  const { token, phoneNumber } = await privet.link(name);
  const phone: Phone = {
    refuse: async (category) => privet.simulator.addFault(refusalOf(category)),
    set: async (category, value) => privet.simulator.setPrivacy(phoneNumber, category, value),
    held: async () => privet.simulator.account(phoneNumber).privacy,
  };
  return { url: privet.url, token, phone, name };
}

/** The demo with what it prints for a shell: its one instance, and the simulator's control port. */
async function demo(): Promise<Place> {
  const child = runProgram(join(ROOT, 'demo/main.ts'), ['--shell'], { PORT: '0' });
  await expect.poll(child.stdout, { timeout: 50_000 }).toContain('Ctrl-C');
  onTestFinished(() => child.kill('SIGINT').then(() => undefined));
  const read = (pattern: RegExp): string => pattern.exec(child.stdout())?.[1] ?? '';
  const account = read(/curl -s (\S+)\/privacy/);
  const tell = async (url: string, body: object): Promise<void> => {
    expect((await fetch(url, { method: 'POST', body: JSON.stringify(body) })).status).toBe(200);
  };
  const phone: Phone = {
    refuse: (category) => tell(new URL('/faults', account).href, refusalOf(category)),
    set: (category, value) => tell(`${account}/privacy`, { category, value }),
    held: async () => ((await (await fetch(account)).json()) as { privacy: Record<string, string> }).privacy,
  };
  return { url: new URL(read(/Playground +(\S+)/)).origin, token: read(/Token +(\S+)/), phone };
}

/** `npm run build`, by its own compiler and bundler. */
function build(example: string, variables: Readonly<Record<string, string>> = {}): string {
  const outDir = join(folder, `${example}-dist`);
  const { NODE_ENV: _tests, ...env } = process.env;
  execFileSync('npm', ['run', 'build', '--', '--outDir', outDir, '--emptyOutDir'], {
    cwd: sourceOf(example),
    env: { ...env, ...variables },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return outDir;
}

const point = (url: string): void => {
  vi.stubEnv('PRIVET_URL', url);
  onTestFinished(() => void vi.unstubAllEnvs());
};

/** As `npm run dev`: its page asks its own origin, which hands on to the service. */
async function developed(example: string, url: string): Promise<string> {
  point(url);
  const server = await createServer({
    root: sourceOf(example),
    cacheDir: join(folder, `${example}-cache`),
    logLevel: 'warn',
    server: { host: '127.0.0.1', port: await freePort(0), strictPort: true },
  });
  onTestFinished(() => server.close());
  await server.listen();
  return String(server.resolvedUrls?.local[0]);
}

async function served(root: string, outDir: string, port: number): Promise<string> {
  const server = await preview({
    root,
    logLevel: 'warn',
    build: { outDir },
    preview: { host: '127.0.0.1', port, strictPort: true },
  });
  onTestFinished(() => server.close());
  return `http://127.0.0.1:${port}/`;
}

/** As `npm run build` and `npm run preview`, which hands on to the service too. */
async function previewed(example: string, url: string): Promise<string> {
  point(url);
  return served(sourceOf(example), build(example), await freePort(0));
}

/** As `npm run build` for a host of static files: its page asks the service at its own address. */
const deployed = (example: string, url: string): Promise<string> =>
  served(folder, build(example, { VITE_PRIVET_URL: url }), pagesPort);

/** The page, watched for whatever a person would not see. */
async function open(url: string, expected: readonly RegExp[]): Promise<Page> {
  const context = await browser().newContext();
  context.setDefaultTimeout(PATIENCE_MS);
  const findings = await watch(context, new URL(url).origin);
  onTestFinished(async () => {
    await context.close();
    expect(findings.filter((finding) => !expected.some((known) => known.test(finding)))).toEqual([]);
  });
  const page = await context.newPage();
  await page.goto(url);
  return page;
}

const shown = (select: Locator) => expect.poll(() => select.inputValue(), { timeout: PATIENCE_MS });

/** Streams of privacy settings whose page has closed them. */
const streamsLeft = (): number =>
  linesOf(privet.logs).filter(({ operation, outcome }) => operation === 'PrivacyChanges' && outcome === 'client_left')
    .length;

async function updates(page: Page, { token, phone }: Place): Promise<void> {
  const field = (name: string): Locator => page.getByRole('combobox', { name, exact: true });
  await page.getByLabel('Token').fill(token);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await shown(field('Last seen')).toBe('ALL');
  await expectAccessible(page, 'before an update');

  // One of seven is refused: the others hold, and each says what became of it.
  await phone.refuse('status');
  const wanted = {
    'Last seen': 'NONE',
    Online: 'MATCH_LAST_SEEN',
    'Profile picture': 'CONTACTS',
    About: 'CONTACTS',
    'Read receipts': 'NONE',
    Calls: 'KNOWN',
    Groups: 'CONTACTS',
  };
  for (const [name, value] of Object.entries(wanted)) await field(name).selectOption(value);
  await page.getByRole('button', { name: 'Apply' }).click();
  await page.getByRole('status').filter({ hasText: '6 of 7 hold.' }).waitFor();
  await page.getByText('Not CONTACTS (REJECTED):').waitFor();
  expect(await page.getByText('Applied.').count()).toBe(6);
  expect(await phone.held()).toMatchObject({
    ...ALL_CHANGED_WIRE,
    profile: 'contacts',
    status: 'all',
  });
  for (const [name, value] of Object.entries({ ...wanted, About: 'ALL' })) await shown(field(name)).toBe(value);
  await expectAccessible(page, 'after a partial failure');

  // On the phone: the page moves, and leaves alone what was chosen meanwhile.
  await field('Calls').selectOption('ALL');
  await phone.set('profile', 'none');
  await shown(field('Profile picture')).toBe('NONE');
  await page.getByText('It has changed since.').waitFor();
  expect(await page.getByText('Applied.').count()).toBe(5);
  expect(await field('Calls').inputValue()).toBe('ALL');
}

async function comesBack(page: Page, name: string, phone: Phone): Promise<void> {
  await privet.restart();
  await privet.waitForState(name, 'OPEN');
  await phone.set('groupadd', 'all');
  await shown(page.getByRole('combobox', { name: 'Groups' })).toBe('ALL');
}

async function signsOut(page: Page): Promise<void> {
  const before = streamsLeft();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByLabel('Token').fill('no-token-of-ours');
  await expect.poll(streamsLeft, { timeout: PATIENCE_MS }).toBeGreaterThan(before);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('alert').filter({ hasText: 'UNAUTHENTICATED' }).waitFor();
}

/** What the browser says where the service is away, and where it refuses a token. */
const NOT_THERE = /ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_CONNECTION_RESET|status of (401|5\d\d)/;

/** What a page asks that is at home elsewhere. */
const AT_THE_SERVICE = /^request: http:\/\/127\.0\.0\.1:\d+\/graphql$/;
/** By which it hears of changed files. */
const VITES_OWN = /^web socket: ws:\/\/127\.0\.0\.1:\d+\/\?token=/;

describe.each(['apollo-react', 'urql-react'])('examples/%s', (example) => {
  test(
    'against the demo, as it is developed: a full update, a partial failure, a change on the phone',
    async () => {
      const place = await demo();
      const page = await open(await developed(example, place.url), [VITES_OWN]);
      await updates(page, place);
    },
    TEST_MS,
  );

  test.each([
    ['built, behind a proxy', previewed, [NOT_THERE]],
    ['built, from another origin', deployed, [NOT_THERE, AT_THE_SERVICE]],
  ])(
    '%s: the same, a service that restarts, and the end of the stream',
    async (kind, serve, expected) => {
      const { name, ...place } = await linked(`${example}-${kind.length}`);
      const page = await open(await serve(example, place.url), expected);
      await updates(page, place);
      await comesBack(page, name, place.phone);
      await signsOut(page);
    },
    TEST_MS,
  );
});

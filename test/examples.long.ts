import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { createServer, preview } from 'vite';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { freePort } from '../demo/child.ts';
import { expectAccessible } from './browser/support/axe.ts';
import { useChromium } from './browser/support/chromium.ts';
import { watch } from './browser/support/console-page.ts';
import { linesOf } from './support/log-lines.ts';
import { bootPrivet, type LinkedInstance, type TestPrivet } from './support/privet.ts';
import { ALL_CHANGED_WIRE } from './support/settings.ts';

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

const sourceOf = (example: string): string => join(import.meta.dirname, '../examples', example);

/** As `npm run dev`: its page asks its own origin, which hands on to the service. */
async function developed(example: string): Promise<string> {
  vi.stubEnv('PRIVET_URL', privet.url);
  onTestFinished(() => void vi.unstubAllEnvs());
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

/** As `npm run build` for a host of static files: its page asks the service at its own address. */
async function deployed(example: string): Promise<string> {
  const outDir = join(folder, `${example}-dist`);
  const { NODE_ENV: _tests, ...env } = process.env;
  execFileSync('npm', ['run', 'build', '--', '--outDir', outDir, '--emptyOutDir'], {
    cwd: sourceOf(example),
    env: { ...env, VITE_PRIVET_URL: privet.url },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const server = await preview({
    root: sourceOf(example),
    configFile: false,
    logLevel: 'warn',
    build: { outDir },
    preview: { host: '127.0.0.1', port: pagesPort, strictPort: true },
  });
  onTestFinished(() => server.close());
  return `http://127.0.0.1:${pagesPort}/`;
}

/** The page, watched for whatever a person would not see. */
async function open(url: string, expected: readonly RegExp[]): Promise<Page> {
  const context = await browser().newContext();
  context.setDefaultTimeout(15_000);
  const findings = await watch(context, new URL(url).origin);
  onTestFinished(async () => {
    await context.close();
    expect(findings.filter((finding) => !expected.some((known) => known.test(finding)))).toEqual([]);
  });
  const page = await context.newPage();
  await page.goto(url);
  return page;
}

const shown = (select: Locator) => expect.poll(() => select.inputValue());

/** Streams of privacy settings whose page has closed them. */
const streamsLeft = (): number =>
  linesOf(privet.logs).filter(({ operation, outcome }) => operation === 'PrivacyChanges' && outcome === 'client_left')
    .length;

async function updates(page: Page, { token, phoneNumber }: LinkedInstance): Promise<void> {
  const field = (name: string): Locator => page.getByRole('combobox', { name, exact: true });
  await page.getByLabel('Token').fill(token);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await shown(field('Last seen')).toBe('ALL');
  await expectAccessible(page, 'before an update');

  // One of seven is refused: the others hold, and each says what became of it.
  const match = { xmlns: 'privacy', type: 'set', category: 'status' };
  privet.simulator.addFault({ match, do: 'error', code: 403, times: 1 });
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
  expect(privet.simulator.account(phoneNumber).privacy).toMatchObject({
    ...ALL_CHANGED_WIRE,
    profile: 'contacts',
    status: 'all',
  });
  for (const [name, value] of Object.entries({ ...wanted, About: 'ALL' })) await shown(field(name)).toBe(value);
  await expectAccessible(page, 'after a partial failure');

  // On the phone: the page moves, and leaves alone what was chosen meanwhile.
  await field('Calls').selectOption('ALL');
  privet.simulator.setPrivacy(phoneNumber, 'profile', 'none');
  await shown(field('Profile picture')).toBe('NONE');
  expect(await field('Calls').inputValue()).toBe('ALL');
}

async function comesBack(page: Page, { name, phoneNumber }: LinkedInstance): Promise<void> {
  await privet.restart();
  await privet.waitForState(name, 'OPEN');
  privet.simulator.setPrivacy(phoneNumber, 'groupadd', 'all');
  await shown(page.getByRole('combobox', { name: 'Groups' })).toBe('ALL');
}

async function signsOut(page: Page): Promise<void> {
  const before = streamsLeft();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByLabel('Token').fill('no-token-of-ours');
  await expect.poll(streamsLeft).toBeGreaterThan(before);
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
  test.each([
    ['developed', developed],
    ['built, from another origin', deployed],
  ])(
    '%s: a full update, a partial failure, a change on the phone, a restart and the end of its stream',
    async (kind, serve) => {
      const linked = await privet.link(`${example}-${kind.slice(0, 5)}`);
      const url = await serve(example);
      const page = await open(url, serve === deployed ? [NOT_THERE, AT_THE_SERVICE] : [NOT_THERE, VITES_OWN]);
      await updates(page, linked);
      await comesBack(page, linked);
      await signsOut(page);
    },
  );
});

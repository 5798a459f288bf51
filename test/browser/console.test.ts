import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { sharedPrivet } from '../support/shared-privet.ts';
import { expectAccessible } from './support/axe.ts';
import { useChromium } from './support/chromium.ts';
import { openConsole, type PageOptions } from './support/console-page.ts';

const chromium = useChromium();
const privet = await sharedPrivet();

const open = (options: Partial<PageOptions> = {}) => openConsole(chromium(), { url: privet.url, ...options });
const signedIn = (options: Partial<PageOptions> = {}) => open({ token: privet.token, ...options });

/** The browser's own word for a call that was refused for its token. */
const REFUSED = /status of 401/;

test('who has no token is asked for one, and gets to where the link led', async () => {
  const page = await open({ route: '/tokens' });
  await expectAccessible(page, 'sign-in');
  await page.getByLabel('Token').fill(privet.token);
  await page.getByLabel('Token').press('Enter');
  await page.getByRole('heading', { name: 'Tokens', level: 1 }).waitFor();
  expect(page.url()).toBe(`${privet.url}/#/tokens`);
});

test('a token that does not work leads to the form, which says why; a token in the address leaves it at once', async () => {
  const page = await open({ token: `wrong-${'x'.repeat(40)}`, expected: [REFUSED] });
  await page.getByText(/does not work/).waitFor();
  expect(page.url()).not.toContain('wrong-');
  expect(await page.evaluate('JSON.stringify([history.length > 0, sessionStorage.length])')).toBe('[true,0]');
  await page.getByLabel('Token').fill(privet.token);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Instances', level: 1 }).waitFor();
});

test('a tab keeps its token until it signs out, and another tab knows none', async () => {
  const page = await signedIn();
  const heading = page.getByRole('heading', { name: 'Instances', level: 1 });
  await heading.waitFor();
  await page.reload();
  await heading.waitFor();
  const other = await page.context().newPage();
  await other.goto(privet.url);
  await other.getByLabel('Token').waitFor();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByLabel('Token').waitFor();
  await page.reload();
  await page.getByLabel('Token').waitFor();
});

test('a token is told what it may do, and is offered nothing else', async () => {
  const created = await privet.graphql<{ createToken: { token: string } }>(
    'mutation { createToken(input: { scopes: [READ], label: "reader" }) { token } }',
  );
  const page = await open({ token: created.data?.createToken.token ?? '' });
  await page.getByText('This token may: read').waitFor();
  const pages = page.getByRole('navigation', { name: 'Pages' }).getByRole('link');
  expect(await pages.allTextContents()).toEqual(['Instances']);
});

test('the first page comes with 60 KB of JavaScript at most, compressed', async () => {
  const page = await signedIn({ locale: 'pt-BR' });
  await page.getByRole('heading', { level: 1 }).waitFor();
  const loaded = await page.evaluate<string[]>(
    `performance.getEntriesByType('resource').map(({ name }) => name).filter((name) => /[.]js$/.test(name))`,
  );
  const sizes = await Promise.all(
    loaded.map(async (url) => gzipSync(Buffer.from(await (await fetch(url)).arrayBuffer())).length),
  );
  expect(sizes.length).toBeGreaterThan(0);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(60 * 1024);
});

import { expect, onTestFinished, test } from 'vitest';
import type { Page } from 'playwright-core';
import { startSimulator } from '../../simulator/simulator.ts';
import { crowdEnv, storeMembers } from '../support/crowd.ts';
import { dataFolder, runService } from '../support/service-process.ts';
import { sharedPrivet } from '../support/shared-privet.ts';
import { useChromium } from './support/chromium.ts';
import { openConsole, type PageOptions } from './support/console-page.ts';
import { PAYLOADS } from './support/payloads.ts';

const chromium = useChromium();
const privet = await sharedPrivet();
const { simulator } = privet;

const signedIn = (options: Partial<PageOptions> = {}) =>
  openConsole(chromium(), { url: privet.url, token: privet.token, ...options });

/** What no page of the console has, and markup in a text would make. */
const MADE_OF_MARKUP = `#root :is(script, img, iframe, object, embed, base, meta, link, style, video, source, marquee, math, template,
  noscript, plaintext, b, form[action], a[href^="javascript:"], a[href^="data:"], [onerror], [onload], [onfocus], [ontoggle],
  [onstart], [onmouseover], [srcdoc])`;

async function expectText(page: Page): Promise<void> {
  const made = await page.evaluate<string[]>(
    `[...document.querySelectorAll(${JSON.stringify(MADE_OF_MARKUP)})].map((element) => element.outerHTML.slice(0, 200))`,
  );
  expect(made).toEqual([]);
}

test('there are forty', () => expect(new Set(PAYLOADS).size).toBe(40));

test('markup in labels of tokens is text: in the list, in questions, and above each page', async () => {
  const tokens = new Map<string, string>();
  for (const label of PAYLOADS) {
    const { data, errors } = await privet.graphql<{ createToken: { token: string } | null }>(
      'mutation ($label: String!) { createToken(input: { label: $label, scopes: [READ] }) { token } }',
      { label },
    );
    expect(errors).toBeUndefined();
    tokens.set(label, data?.createToken?.token ?? '');
  }
  const page = await signedIn({ route: '/tokens' });
  const headings = page.getByRole('list').getByRole('heading', { level: 3 });
  const more = page.getByRole('button', { name: 'Show more' });
  await headings.first().waitFor();
  for (let shown = await headings.count(); shown < PAYLOADS.length; shown = await headings.count()) {
    await more.click();
    await expect.poll(() => headings.count()).toBeGreaterThan(shown);
  }
  const texts = await headings.allTextContents();
  expect(texts).toEqual(expect.arrayContaining([...PAYLOADS]));
  await expectText(page);
  for (const label of PAYLOADS) {
    const item = page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: label, exact: true }) });
    await item.getByRole('button', { name: 'Revoke' }).click();
    expect(await page.getByRole('dialog').textContent()).toContain(label);
    await expectText(page);
    await page.getByRole('button', { name: 'Cancel' }).click();
  }
  for (const [label, token] of tokens) {
    const own = await signedIn({ token });
    await own.getByText(label, { exact: true }).waitFor();
    await expectText(own);
    await own.context().close();
  }
}, 300_000);

test('markup in what WhatsApp names is text', async () => {
  const { name, phoneNumber } = await privet.link('named');
  for (const payload of PAYLOADS) simulator.setPrivacy(phoneNumber, payload, payload);
  const page = await signedIn({ route: `/instances/${name}` });
  const others = page.getByRole('region', { name: 'Other settings' });
  await others.waitFor();
  expect(await others.getByRole('term').allTextContents()).toEqual([...PAYLOADS]);
  expect(await others.getByRole('definition').allTextContents()).toEqual([...PAYLOADS]);
  await expectText(page);
});

test('markup in what WhatsApp holds, and says of a change, is text', async () => {
  const { name, phoneNumber } = await privet.link('held');
  const page = await signedIn({ route: `/instances/${name}` });
  const field = page.getByRole('group', { name: 'Last seen' });
  const outcome = page.getByRole('region', { name: 'What became of it' });
  for (const payload of PAYLOADS) {
    simulator.setPrivacy(phoneNumber, 'last', payload);
    using _ = simulator.addFault({ do: 'error', match: { category: 'last', type: 'set' }, text: payload });
    await page.getByRole('definition').getByText(payload, { exact: true }).waitFor();
    await field.getByText('Nobody').click();
    await page.getByRole('button', { name: 'Apply' }).click();
    await outcome.getByText(`It holds “${payload}” now.`).waitFor();
    expect((await outcome.textContent())?.split(payload).length).toBe(3);
    await expectText(page);
    await outcome.getByRole('button', { name: 'Close' }).click();
    await page.getByRole('button', { name: 'Discard edits' }).click();
  }
}, 300_000);

test('markup that is typed as a contact, or said of one, is text', async () => {
  const { name } = await privet.link('markup-lists');
  simulator.createContacts(['4915155500003']);
  const page = await signedIn({ route: `/instances/${name}` });
  const list = page.getByRole('region', { name: 'Blocked contacts' });
  await list.getByRole('heading').click();
  for (const payload of PAYLOADS) {
    await list.getByLabel('Numbers to add').fill(payload);
    await list.getByRole('button', { name: 'Block', exact: true }).click();
    await expect.poll(() => list.getByRole('alert').textContent()).not.toBe('');
    await expectText(page);
    using _ = simulator.addFault({ do: 'error', match: { xmlns: 'blocklist', type: 'set' }, code: 403, text: payload });
    await list.getByLabel('Numbers to add').fill('+49 151 55500003');
    await list.getByRole('button', { name: 'Block', exact: true }).click();
    await list.getByRole('status').filter({ hasText: payload }).waitFor();
    await expectText(page);
  }
}, 300_000);

test('markup in an address, and in names that no client could give, is text', async () => {
  const simulator = await startSimulator();
  onTestFinished(() => simulator[Symbol.asyncDispose]());
  const dataDir = dataFolder();
  const members = PAYLOADS.map((name, index) => ({ name, phoneNumber: String(4_915_100_000_000 + index) }));
  await storeMembers(dataDir, simulator, members);
  const env = crowdEnv(simulator, dataDir);
  const { url } = await runService(env);
  const page = await openConsole(chromium(), { url, token: env['PRIVET_ACCOUNT_TOKEN'] ?? '' });
  const links = page.getByRole('rowheader').getByRole('link');
  await expect.poll(() => links.count()).toBe(PAYLOADS.length);
  expect(new Set(await links.allTextContents())).toEqual(new Set(PAYLOADS));
  await expectText(page);
  for (const payload of PAYLOADS) {
    for (const route of ['instances', 'link']) {
      await page.goto(`${url}/#/${route}/${encodeURIComponent(payload)}`);
      await expect.poll(() => page.getByRole('heading', { level: 1 }).textContent()).toContain(payload);
      await expect.poll(() => page.title()).toContain(payload);
      await expectText(page);
    }
    await page.goto(`${url}/#/${payload}`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await expectText(page);
  }
}, 300_000);

import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { sharedPrivet } from '../support/shared-privet.ts';
import { expectAccessible } from './support/axe.ts';
import { useChromium } from './support/chromium.ts';
import { openConsole, type PageOptions } from './support/console-page.ts';
import { PAYLOADS } from './support/payloads.ts';
import { readQr } from './support/qr-on-screen.ts';

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
  await page.getByRole('button', { name: 'Sign out' }).click();
  // What no header can carry is no token either.
  await page.goto(`${privet.url}/#token=${encodeURIComponent(`${privet.token}…`)}`);
  await page.getByText(/does not work/).waitFor();
});

test('a link signs in where the token of the tab has ended meanwhile, as that of a demo that was started again', async () => {
  const { data } = await privet.graphql<{ createToken: { token: string; details: { id: string } } }>(
    'mutation { createToken(input: { scopes: [READ], label: "ended" }) { token details { id } } }',
  );
  const page = await open({ token: data?.createToken.token ?? '', expected: [REFUSED] });
  const heading = page.getByRole('heading', { name: 'Instances', level: 1 });
  await heading.waitFor();
  await page.goto('about:blank');
  const id = data?.createToken.details.id;
  await privet.graphql('mutation ($id: ID!) { revokeToken(id: $id) { id } }', { id });
  await page.goto(`${privet.url}/#token=${privet.token}`);
  await heading.waitFor();
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
  expect(await page.getByRole('dialog').count()).toBe(0);
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

test('a link with another token asks first, where the tab is signed in; the browser goes back to nothing that was signed out', async () => {
  const { data } = await privet.graphql<{ createToken: { token: string } }>(
    'mutation { createToken(input: { scopes: [READ], label: "stranger" }) { token } }',
  );
  const link = `${privet.url}/#token=${data?.createToken.token ?? ''}`;
  const page = await signedIn();
  const signOut = page.getByRole('button', { name: 'Sign out' });
  await signOut.waitFor();
  const dialog = page.getByRole('dialog', { name: 'A link with another token' });
  // In the page that is open, and in one that is loaded anew in its tab.
  await page.evaluate(`location.href = '${link}'`);
  await dialog.getByRole('button', { name: 'Stay' }).click();
  expect(await page.getByText('stranger').count()).toBe(0);
  await page.goto('about:blank');
  await page.goto(link);
  await expectAccessible(page, 'another token');
  expect(page.url()).toBe(`${privet.url}/#/`);
  await page.keyboard.press('Escape');
  await page.reload();
  await signOut.waitFor();
  expect(await page.getByText('stranger').or(dialog).count()).toBe(0);
  await page.evaluate(`location.href = '${link}'`);
  await dialog.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('stranger').waitFor();

  await page.evaluate(
    `sessionStorage.clear(), dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))`,
  );
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

test('a QR code on the screen links a phone that scans it, and the page turns; the token is shown once', async () => {
  const page = await signedIn({ route: '/link', theme: 'dark' });
  await page.getByLabel('Name').fill('scanned');
  await page.getByLabel('Name').press('Enter');
  const text = await readQr(chromium(), page.getByRole('img', { name: 'QR code' }));
  const token = await page.getByRole('textbox', { name: 'Token' }).inputValue();
  const { data } = await privet.graphql<{ viewer: { token: { instance: { name: string } } } }>(
    '{ viewer { token { instance { name } } } }',
    {},
    token,
  );
  expect(data?.viewer.token.instance.name).toBe('scanned');
  await privet.simulator.scan(text);
  await page.getByRole('heading', { name: 'The phone is linked' }).waitFor();
  await page.getByRole('link', { name: 'To the settings' }).click();
  // A click does not wait for the page that it leads to, and back from where it was clicked is another page.
  await page.getByRole('group', { name: 'Last seen' }).waitFor();
  await page.goBack();
  await page.getByRole('heading', { name: 'A phone is linked' }).waitFor();
  expect(await page.getByRole('textbox', { name: 'Token' }).count()).toBe(0);
});

test('what one setting of several failed by is told, with what holds instead, and it is tried again alone', async () => {
  const { name, phoneNumber } = await privet.link('partly');
  const page = await signedIn({ route: `/instances/${name}` });
  const choose = (field: string, value: string) => page.getByRole('group', { name: field }).getByText(value).click();
  await choose('Last seen', 'Nobody');
  await choose('Profile picture', 'Nobody');
  await choose('Calls', 'Known callers');
  const plan = page.getByRole('region', { name: 'What will happen' });
  await expect.poll(() => plan.getByText('Will be sent').count()).toBe(3);
  expect(privet.simulator.account(phoneNumber).privacy).toMatchObject({ last: 'all', profile: 'all', calladd: 'all' });

  const fault = privet.simulator.addFault({ do: 'error', match: { category: 'profile', type: 'set' }, phoneNumber });
  await page.getByRole('button', { name: 'Apply' }).click();
  const outcome = page.getByRole('region', { name: 'What became of it' });
  const became = (field: string) =>
    outcome
      .getByRole('listitem')
      .filter({ hasText: `${field} ` })
      .first();
  await outcome.waitFor();
  expect(await became('Last seen').innerText()).toMatch(/Applied\s+Nobody \(was “Everyone”\)/);
  expect(await became('Calls').innerText()).toMatch(/Applied\s+Known callers/);
  expect(await became('Profile picture').innerText()).toMatch(/Failed[^]*WhatsApp refused it[^]*holds “Everyone” now/);
  expect(privet.simulator.account(phoneNumber).privacy).toMatchObject({
    last: 'none',
    profile: 'all',
    calladd: 'known',
  });

  fault[Symbol.dispose]();
  await outcome.getByRole('button', { name: 'Try again: Profile picture' }).click();
  await became('Profile picture').getByText('Applied').waitFor();
  expect(await outcome.getByRole('listitem').filter({ hasText: 'Applied' }).count()).toBe(1);
  expect(privet.simulator.account(phoneNumber).privacy).toMatchObject({ profile: 'none' });
});

test('a change made on the phone shows by itself, and takes no edit away', async () => {
  const { name, phoneNumber } = await privet.link('watched');
  const page = await signedIn({ route: `/instances/${name}` });
  const field = (text: string) => page.getByRole('group', { name: text });
  await field('About').getByText('Nobody').click();
  privet.simulator.setPrivacy(phoneNumber, 'last', 'contacts');
  await field('Last seen')
    .getByText(/Changed just now on another device; was “Everyone”/)
    .waitFor();
  expect(await field('Last seen').getByRole('radio', { name: 'My contacts', exact: true }).isChecked()).toBe(true);
  expect(await field('About').getByRole('radio', { name: 'Nobody' }).isChecked()).toBe(true);
  expect(privet.simulator.account(phoneNumber).privacy['status']).toBe('all');
});

test('a page that can not be drawn says so, and leaves the way to the others', async () => {
  const page = await signedIn({ expected: [/^thrown: TypeError/] });
  await page.route('**/graphql', async (call) => {
    if (!(call.request().postData() ?? '').includes('query Tokens')) return call.fallback();
    const text = await (await call.fetch()).text();
    await call.fulfill({
      contentType: 'application/json',
      body: text.replace(/"scopes":\[[^\]]*\]/g, '"scopes":null'),
    });
  });
  const pages = page.getByRole('navigation', { name: 'Pages' });
  await pages.getByRole('link', { name: 'Tokens' }).click();
  await page
    .getByRole('alert')
    .filter({ hasText: 'can not be shown' })
    .getByRole('button', { name: 'Load again' })
    .waitFor();
  await pages.getByRole('link', { name: 'Instances' }).click();
  await page.getByRole('heading', { name: 'Instances', level: 1 }).waitFor();
  expect(await page.getByRole('alert').count()).toBe(0);
});

test('a token is made, shown once, used, and revoked', async () => {
  const page = await signedIn({ route: '/tokens' });
  await page.getByRole('button', { name: 'New token' }).click();
  const dialog = page.getByRole('dialog', { name: 'New token' });
  await dialog.getByLabel('Label').fill('till 3');
  await dialog.getByLabel('Ends').selectOption('in a day');
  await dialog.getByRole('button', { name: 'Make it' }).click();
  const token = await page.getByRole('textbox', { name: 'Token' }).inputValue();
  const scopes = async () =>
    (
      await privet.graphql<{ viewer: { token: { scopes: string[]; label: string } } | null }>(
        '{ viewer { token { label scopes } } }',
        {},
        token,
      )
    ).data?.viewer?.token;
  expect(await scopes()).toEqual({ label: 'till 3', scopes: ['READ', 'WRITE'] });

  const item = page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: 'till 3' }) });
  await item.getByText('Works until').waitFor();
  await page.reload();
  await item.waitFor();
  expect(
    await page
      .getByText(token)
      .or(page.getByRole('textbox', { name: 'Token' }))
      .count(),
  ).toBe(0);
  await item.getByRole('button', { name: 'Revoke till 3' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
  await item.getByText('Revoked').waitFor();
  await expect.poll(scopes).toBeUndefined();
});

test('the list of instances is live: what is new, what changes its state and what is gone show by themselves', async () => {
  const { name, phoneNumber } = await privet.link('listed');
  const page = await signedIn();
  const row = (text: string) =>
    page.getByRole('row').filter({ has: page.getByRole('link', { name: text, exact: true }) });
  await row(name).getByText('Connected', { exact: true }).waitFor();
  privet.simulator.setPrivacy(phoneNumber, 'groupadd', 'contacts');
  await row(name)
    .getByText(/Groups\s*My contacts/)
    .waitFor();
  await privet.simulator.disconnect(phoneNumber, 'device_removed');
  await row(name).getByText('Logged out', { exact: true }).waitFor();
  await privet.graphql('mutation { createInstance(name: "listed-later") { token } }');
  await row('listed-later').waitFor();
  await page.getByLabel('Search').fill('LISTED-L');
  await row(name).waitFor({ state: 'detached' });
  await privet.graphql('mutation { deleteInstance(instance: "listed-later") { name } }');
  await row('listed-later').waitFor({ state: 'detached' });
});

test('markup in a label, and in what WhatsApp names, is text', async () => {
  const { name, phoneNumber } = await privet.link('marked-up');
  const some = PAYLOADS.filter((_, index) => index % 8 === 0);
  for (const label of some) {
    privet.simulator.setPrivacy(phoneNumber, label, label);
    await privet.graphql(
      'mutation ($label: String!) { createToken(input: { label: $label, scopes: [READ] }) { token } }',
      { label },
    );
  }
  const page = await signedIn({ route: `/instances/${name}` });
  for (const label of some) await page.getByRole('term').getByText(label, { exact: true }).waitFor();
  await page.goto(`${privet.url}/#/tokens`);
  for (const label of some) await page.getByRole('heading', { name: label, exact: true, level: 3 }).waitFor();
});

import { expect, test } from 'vitest';
import { sharedPrivet } from '../support/shared-privet.ts';
import { useChromium } from './support/chromium.ts';
import { openConsole, type PageOptions } from './support/console-page.ts';
import { readQr } from './support/qr-on-screen.ts';

const chromium = useChromium();
const privet = await sharedPrivet();
const { simulator } = privet;

const signedIn = (options: Partial<PageOptions> = {}) =>
  openConsole(chromium(), { url: privet.url, token: privet.token, ...options });

const create = (name: string) =>
  privet.graphql('mutation ($name: String!) { createInstance(name: $name) { token } }', { name });

test('a phone is linked by the code that is typed on it', async () => {
  await create('by-code');
  const phoneNumber = '4915100000101';
  simulator.createAccount(phoneNumber);
  const page = await signedIn({ route: '/link/by-code' });
  await page.getByText('With a phone number instead').click();
  const show = page.getByRole('button', { name: 'Show a code to type' });
  await page.getByLabel('Phone number of the account').fill('11 91234-5678');
  await show.click();
  await page.getByText('it begins with “+”').waitFor();
  await page.getByLabel('Phone number of the account').fill('+49 151 00000101');
  await show.click();
  const code = await page.getByRole('status', { name: 'Code to type on the phone' }).innerText();
  expect(code).toMatch(/^[A-Z0-9]{4}-[A-Z0-9]{4}$/);
  await simulator.enterCode(phoneNumber, code.replace('-', ''));
  await page.getByRole('heading', { name: 'The phone is linked' }).waitFor();
  await page.getByText(/\+49 ?151 ?00000101/).waitFor();
});

test('the QR code is exchanged as it changes, and the last one on the screen is the one that links', async () => {
  await create('exchanged');
  const page = await signedIn({ route: '/link/exchanged' });
  await page.getByRole('button', { name: 'Show a QR code' }).click();
  const drawn = page.getByRole('img', { name: 'QR code' });
  const first = await readQr(chromium(), drawn);
  await page.getByText(/Works for \d+ s/).waitFor();
  await simulator.notifyCompanion(first, { type: 'companion_reg_refresh', child: 'pair-device-rotate-qr' });
  await expect.poll(() => readQr(chromium(), drawn)).not.toBe(first);
  await simulator.scan(await readQr(chromium(), drawn));
  await page.getByRole('heading', { name: 'The phone is linked' }).waitFor();
});

test('a change on the phone is seen within two seconds', async () => {
  const { name, phoneNumber } = await privet.link('timed');
  const page = await signedIn({ route: `/instances/${name}` });
  const field = page.getByRole('group', { name: 'Last seen' });
  const times: number[] = [];
  for (const [value, shown] of [
    ['none', 'Nobody'],
    ['contacts', 'My contacts'],
    ['all', 'Everyone'],
  ] as const) {
    const from = performance.now();
    simulator.setPrivacy(phoneNumber, 'last', value);
    await field.getByText('Held now').filter({ hasText: shown }).waitFor();
    times.push(Math.round(performance.now() - from));
  }
  process.stdout.write(`console: a change on the phone is seen after ${times.join(', ')} ms\n`);
  expect(times.every((ms) => ms < 2_000)).toBe(true);
});

test('the keyboard alone leads from the sign-in to an applied change, and shows where it is', async () => {
  const { name, phoneNumber } = await privet.link('keys-alone');
  const page = await openConsole(chromium(), { url: privet.url });
  const press = async (key: string, times = 1): Promise<void> => {
    for (let done = 0; done < times; done += 1) await page.keyboard.press(key);
  };
  const focused = () =>
    page.evaluate<string>(
      `(() => { const at = document.activeElement; const { outlineStyle, boxShadow } = getComputedStyle(at);
        const label = at.labels?.[0]?.innerText ?? at.getAttribute('aria-label') ?? at.innerText ?? '';
        const ring = at.closest('label') ? getComputedStyle(at.closest('label')) : { outlineStyle: 'none', boxShadow: 'none' };
        const marked = outlineStyle !== 'none' || boxShadow !== 'none' || ring.outlineStyle !== 'none';
        return [label.trim(), at.tagName, marked].join('|'); })()`,
    );
  const tabTo = async (label: RegExp): Promise<void> => {
    for (let tabs = 0; tabs < 150; tabs += 1) {
      const at = await focused();
      const [text = ''] = at.split('|');
      if (label.test(text)) return expect(at, 'is marked').toMatch(/true$/);
      await press('Tab');
    }
    throw new Error(`Tab leads to no ${label}`);
  };
  await page.getByLabel('Token').waitFor();
  await tabTo(/^Token/);
  await page.keyboard.type(privet.token);
  await press('Enter');
  await page.getByRole('link', { name }).waitFor();
  await tabTo(new RegExp(`^${name}$`));
  await press('Enter');
  await page.getByRole('group', { name: 'Last seen' }).waitFor();
  await tabTo(/^(Everyone|Nobody)$/);
  await press('ArrowLeft');
  await page.getByText('1 setting edited', { exact: true }).waitFor();
  await tabTo(/^Apply$/);
  await press('Enter');
  await page.getByText('Shown by WhatsApp at').waitFor();
  expect(simulator.account(phoneNumber).privacy['last']).toBe('none');
});

test('an exclusion list and the blocklist are edited in place; who is not on WhatsApp is named', async () => {
  const { name, phoneNumber } = await privet.link('lists');
  const [ana, ben] = ['4915155500001', '4915155500002'] as const;
  simulator.createContacts([ana, ben]);
  const page = await signedIn({ route: `/instances/${name}` });
  const field = page.getByRole('group', { name: 'Profile picture' });
  await field.getByText('My contacts except…').click();
  await field.getByText('Who is excluded').click();
  await field.getByText('Nobody is on it').or(field.getByText('The list is not in force')).waitFor();
  await field.getByLabel('Numbers to add').fill('+49 151 55500001\n+49 151 55500009');
  await field.getByRole('button', { name: 'Add' }).click();
  await field.getByRole('status').getByText('Added').waitFor();
  expect(await field.getByRole('status').innerText()).toMatch(/5550 ?0009[^]*Failed[^]*on WhatsApp/i);
  await field.getByRole('radio', { name: 'My contacts except…', checked: true }).waitFor();
  expect(simulator.account(phoneNumber)).toMatchObject({
    privacy: { profile: 'contact_blacklist' },
    exclusions: { profile: { members: [ana] } },
  });
  await field.getByRole('button', { name: /^Remove/ }).click();
  await field.getByText('Nobody is on it').waitFor();
  expect(simulator.account(phoneNumber).exclusions['profile']?.members).toEqual([]);

  const blocklist = page.getByRole('region', { name: 'Blocked contacts' });
  await blocklist.getByRole('heading').click();
  await blocklist.getByLabel('Numbers to add').fill('+49 151 55500002');
  await blocklist.getByRole('button', { name: 'Block', exact: true }).click();
  await blocklist.getByRole('status').getByText('Blocked').waitFor();
  expect(simulator.account(phoneNumber).blocklist).toEqual([ben]);
  simulator.setBlocked(phoneNumber, { block: [ana] });
  await blocklist.getByRole('button', { name: 'Read again' }).click();
  await blocklist.getByText('2 contacts').waitFor();
  await blocklist.getByRole('button', { name: /Unblock.*00002/ }).click();
  await blocklist.getByRole('status').getByText('Unblocked').waitFor();
  expect(simulator.account(phoneNumber).blocklist).toEqual([ana]);
});

test('an instance is stopped, started, unlinked and deleted, and asked for by its name before it is gone', async () => {
  const { name } = await privet.link('lifecycle');
  const page = await signedIn({ route: `/instances/${name}` });
  const press = (action: string) => page.getByRole('button', { name: action, exact: true }).click();
  const confirm = (action: string) =>
    page.getByRole('dialog').getByRole('button', { name: action, exact: true }).click();
  await press('Stop');
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
  expect((await privet.waitForState(name, 'OPEN')).state).toBe('OPEN');
  await press('Stop');
  await confirm('Stop');
  await privet.waitForState(name, 'STOPPED');
  await press('Start');
  await privet.waitForState(name, 'OPEN');
  await press('Unlink');
  await confirm('Unlink');
  await privet.waitForState(name, 'LOGGED_OUT');
  await press('Delete');
  await page.getByRole('dialog').getByLabel('Type its name').fill('lifecycl');
  await confirm('Delete');
  await page.getByText('That is not its name.').waitFor();
  await page.getByRole('dialog').getByLabel('Type its name').fill(name);
  await confirm('Delete');
  await page.getByRole('heading', { name: 'Instances', level: 1 }).waitFor();
  const { data } = await privet.graphql('query ($name: String!) { instance(name: $name) { id } }', { name });
  expect(data).toEqual({ instance: null });
});

test('of an account that was logged out nothing is left for the one that is linked next', async () => {
  const { name, phoneNumber } = await privet.link('relinked');
  const page = await signedIn({ route: `/instances/${name}` });
  const field = page.getByRole('group', { name: 'Last seen' });
  await field.getByText('Held now').filter({ hasText: 'Everyone' }).waitFor();
  await simulator.disconnect(phoneNumber, 'device_removed');
  await page.getByText('No settings were seen').waitFor();
  const { data } = await privet.graphql<{ pairInstance: { pairing: { qr: string } } }>(
    'mutation { pairInstance(instance: "relinked") { pairing { qr } } }',
  );
  const next = '4915100000107';
  simulator.createAccount(next, { privacy: { ...simulator.account(phoneNumber).privacy, last: 'none' } });
  await simulator.scan(data?.pairInstance.pairing.qr ?? '', next);
  await field.getByText('Held now').filter({ hasText: 'Nobody' }).waitFor();
  expect(await page.getByText('Changed just now').count()).toBe(0);
});

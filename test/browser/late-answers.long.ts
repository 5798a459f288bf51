import { expect, test } from 'vitest';
import type { Page, Route } from 'playwright-core';
import { sharedPrivet } from '../support/shared-privet.ts';
import { useChromium } from './support/chromium.ts';
import { openConsole, type PageOptions } from './support/console-page.ts';

const chromium = useChromium();
const privet = await sharedPrivet();

const signedIn = (options: Partial<PageOptions>) =>
  openConsole(chromium(), { url: privet.url, token: privet.token, ...options });

/** The answer to the next call of that operation, such as `mutation CreateToken`, is there once `answered` is, and comes to the page by `release`. */
async function holdAnswer(page: Page, operation: string) {
  const answered = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  let isHeld = false;
  const hold = async (route: Route): Promise<void> => {
    if (isHeld || !(route.request().postData() ?? '').includes(operation)) return route.fallback();
    isHeld = true;
    const response = await route.fetch();
    answered.resolve();
    await released.promise;
    await route.fulfill({ response });
  };
  await page.route('**/graphql', hold);
  return { answered: answered.promise, release: () => released.resolve() };
}

test('an answer that comes late takes nothing away that was shown meanwhile', async () => {
  const { name, phoneNumber } = await privet.link('late');
  const page = await signedIn({ route: `/instances/${name}` });
  const field = (text: string) => page.getByRole('group', { name: text });
  await field('Last seen').getByText('Nobody').click();
  const { answered, release } = await holdAnswer(page, 'mutation UpdatePrivacy');
  await page.getByRole('button', { name: 'Apply' }).click();
  await answered;
  privet.simulator.setPrivacy(phoneNumber, 'status', 'contacts');
  await field('About')
    .getByText(/Changed just now/)
    .waitFor();
  release();
  await page.getByRole('region', { name: 'What became of it' }).waitFor();
  expect(await field('About').getByRole('radio', { name: 'My contacts', exact: true }).isChecked()).toBe(true);
});

test('a token whose dialog is closed before it is made is shown all the same', async () => {
  const page = await signedIn({ route: '/tokens' });
  await page.getByRole('button', { name: 'New token' }).click();
  const dialog = page.getByRole('dialog', { name: 'New token' });
  await dialog.getByLabel('Label').fill('late');
  const { answered, release } = await holdAnswer(page, 'mutation CreateToken');
  await dialog.getByRole('button', { name: 'Make it' }).click();
  await answered;
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  release();
  expect(await page.getByRole('textbox', { name: 'Token' }).inputValue()).toMatch(/^\S{60,}$/);
});

test('who signs out before a token is made or replaced stays signed out, and nobody is shown the token', async () => {
  const { data } = await privet.graphql<{ createToken: { token: string } }>(
    'mutation { createToken(input: { label: "left", scopes: [READ, ADMIN] }) { token } }',
  );
  const page = await signedIn({ token: data?.createToken.token ?? '', route: '/tokens' });
  await page.getByRole('button', { name: 'Replace left' }).click();
  const { answered, release } = await holdAnswer(page, 'mutation RotateToken');
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('combobox').selectOption('for an hour');
  await dialog.getByRole('button', { name: 'Make the new one' }).click();
  await answered;
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByLabel('Token').waitFor();
  const came = page.waitForResponse('**/graphql');
  release();
  await (await came).finished();
  await page.getByLabel('Token', { exact: true }).fill(privet.token);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: 'New token' }).waitFor();
  expect(await page.getByText('Yours: this tab').locator('..').getByRole('heading').innerText()).not.toBe('left');
  expect(await page.getByRole('textbox', { name: 'Token' }).count()).toBe(0);
});

test('a list that was read before the phone put it in force is read again', async () => {
  const { name, phoneNumber } = await privet.link('late-list');
  privet.simulator.createContacts(['4915155500007']);
  const page = await signedIn({ route: `/instances/${name}` });
  const field = page.getByRole('group', { name: 'Profile picture' });
  await field.getByText('My contacts except…').click();
  const { answered, release } = await holdAnswer(page, 'query ReadExclusions');
  await field.getByText('Who is excluded').click();
  await answered;
  privet.simulator.setExclusions(phoneNumber, 'profile', { add: ['4915155500007'] });
  await field.getByText('Held now').filter({ hasText: 'My contacts except…' }).waitFor();
  release();
  await field.getByText('1 contact', { exact: false }).waitFor();
});

test('a change that is still to be sent again is not, once its person has signed out', async () => {
  const { name, phoneNumber } = await privet.link('left-behind');
  const page = await signedIn({ route: `/instances/${name}`, expected: [/ERR_FAILED/] });
  await page.getByRole('group', { name: 'Last seen' }).getByText('Nobody').click();
  let tries = 0;
  await page.route('**/graphql', (route) => {
    if (!(route.request().postData() ?? '').includes('mutation UpdatePrivacy')) return route.fallback();
    tries += 1;
    return tries === 1 ? route.abort() : route.fallback();
  });
  await page.getByRole('button', { name: 'Apply' }).click();
  await page.getByText(/sent again/).waitFor();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByLabel('Token').waitFor();
  // The second try would come a second after the first.
  await page.waitForTimeout(2_500);
  expect([tries, privet.simulator.account(phoneNumber).privacy['last']]).toEqual([1, 'all']);
});

test('a plan of an earlier choice is not said to be what will happen', async () => {
  const { name } = await privet.link('late-plan');
  const page = await signedIn({ route: `/instances/${name}` });
  const choose = (field: string) => page.getByRole('group', { name: field }).getByText('Nobody').click();
  const plan = page.getByRole('region', { name: 'What will happen' });
  await choose('Last seen');
  await plan.getByRole('heading', { name: 'What will happen' }).waitFor();
  const { answered, release } = await holdAnswer(page, 'query PlanPrivacy');
  await choose('About');
  await answered;
  await plan.getByRole('heading', { name: 'Working out what will be sent' }).waitFor();
  release();
  await plan.getByText('Will be sent').nth(1).waitFor();
  await plan.getByRole('heading', { name: 'What will happen' }).waitFor();
});

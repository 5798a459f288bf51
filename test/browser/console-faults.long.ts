import { expect, onTestFinished, test } from 'vitest';
import { startSimulator } from '../../simulator/simulator.ts';
import { bootPrivet } from '../support/privet.ts';
import { crowdEnv, storeMembers } from '../support/crowd.ts';
import { dataFolder, runService } from '../support/service-process.ts';
import { sharedPrivet } from '../support/shared-privet.ts';
import { useChromium } from './support/chromium.ts';
import { openConsole } from './support/console-page.ts';

const chromium = useChromium();
const privet = await sharedPrivet();

/** What the browser itself says of a call that got no answer, or one that it calls a failure. */
const NO_ANSWER =
  /ERR_(CONNECTION_REFUSED|CONNECTION_RESET|EMPTY_RESPONSE|INCOMPLETE_CHUNKED_ENCODING|NETWORK_CHANGED)/;
const STATUS = /status of (401|429|503)/;

const PHONE = '4915100000001';

/** A service in a process of its own with one linked instance, "shop". */
async function startShop() {
  const simulator = await startSimulator();
  onTestFinished(() => simulator[Symbol.asyncDispose]());
  const dataDir = dataFolder();
  await storeMembers(dataDir, simulator, [{ name: 'shop', phoneNumber: PHONE }]);
  const env = crowdEnv(simulator, dataDir);
  const service = await runService(env);
  const again = () => runService({ ...env, PORT: new URL(service.url).port });
  return { simulator, service, again, token: env['PRIVET_ACCOUNT_TOKEN'] ?? '' };
}

test('a service that is killed is said to be gone, and when it is back the page goes on by itself', async () => {
  const { simulator, service, again, token } = await startShop();
  const page = await openConsole(chromium(), { url: service.url, token, expected: [NO_ANSWER] });
  const row = page.getByRole('row', { name: 'shop' });
  await row.getByText('Connected').waitFor();
  await service.kill('SIGKILL');
  const gone = page.getByText('The service does not answer').first();
  await gone.waitFor();
  await again();
  await gone.waitFor({ state: 'detached', timeout: 40_000 });
  simulator.setPrivacy(PHONE, 'last', 'none');
  await row.getByText(/Last seen\s*Nobody/).waitFor();
});

test('what is being applied while the service is killed is sent again and told', async () => {
  const { simulator, service, again, token } = await startShop();
  const page = await openConsole(chromium(), {
    url: service.url,
    token,
    expected: [NO_ANSWER],
    route: '/instances/shop',
  });
  const field = (name: string) => page.getByRole('group', { name });
  await field('Last seen').getByText('Nobody').click();
  const silence = simulator.addFault({ do: 'silence', match: { category: 'last', type: 'set' }, times: 1 });
  await page.getByRole('button', { name: 'Apply' }).click();
  await page.getByText('Being applied').waitFor();
  // What is sent again shall be answered.
  await expect.poll(() => silence.hits).toBe(1);
  await service.kill('SIGKILL');
  await page
    .getByText(/does not answer|did not answer/)
    .first()
    .waitFor();
  await again();
  const outcome = page.getByRole('region', { name: 'What became of it' });
  const resend = page.getByRole('button', { name: 'Send again' });
  await outcome.or(resend).first().waitFor({ timeout: 60_000 });
  if (await resend.isVisible()) await resend.click();
  await outcome.getByText('Applied', { exact: false }).first().waitFor({ timeout: 60_000 });
  expect(simulator.account(PHONE).privacy['last']).toBe('none');
}, 180_000);

test('a page whose code does not come says so, and comes at the next try', async () => {
  const page = await openConsole(chromium(), {
    url: privet.url,
    token: privet.token,
    expected: [/ERR_FAILED|Failed to fetch/],
  });
  await page.route('**/tokens-page*', (route) => route.abort());
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Tokens' }).click();
  await page.getByRole('alert').getByText('The service did not answer').waitFor();
  await page.unroute('**/tokens-page*');
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('heading', { name: 'Tokens', level: 1 }).waitFor();
});

test('a token that expires while the page is open leads to the form, which says why', async () => {
  const { data } = await privet.graphql<{ createToken: { token: string } }>(
    'mutation ($at: DateTime!) { createToken(input: { expiresAt: $at }) { token } }',
    { at: new Date(Date.now() + 4_000).toISOString() },
  );
  const token = data?.createToken.token ?? '';
  const page = await openConsole(chromium(), { url: privet.url, token, expected: [STATUS] });
  await page.getByRole('heading', { name: 'Instances', level: 1 }).waitFor();
  await page.getByText(/That token does not work/).waitFor({ timeout: 30_000 });
  await page.getByLabel('Token').waitFor();
});

test('a token whose calls are used up is told when they go on, and then they do by themselves', async () => {
  const limited = await bootPrivet({ env: { PRIVET_RATE_LIMIT: '4' } });
  onTestFinished(() => limited[Symbol.asyncDispose]());
  const page = await openConsole(chromium(), { url: limited.url, token: limited.token, expected: [STATUS] });
  await page.getByRole('heading', { name: 'Instances', level: 1 }).waitFor();
  for (let calls = 0; calls < 4; calls += 1) await limited.graphql('{ viewer { account { id } } }');
  await page.reload();
  await page
    .getByText(/used up its calls/)
    .first()
    .waitFor();
  await page.getByRole('heading', { name: 'Instances', level: 1 }).waitFor({ timeout: 75_000 });
  await page.getByText(/used up its calls/).waitFor({ state: 'hidden', timeout: 75_000 });
}, 200_000);

import { expect, onTestFinished, test } from 'vitest';
import { runProgram } from '../support/service-process.ts';
import { useChromium } from './support/chromium.ts';
import { openConsole } from './support/console-page.ts';
import { Person } from './support/person.ts';
import { readQr } from './support/qr-on-screen.ts';

const chromium = useChromium();
const DEMO = new URL('../../demo/main.ts', import.meta.url).pathname;

test('from the address that the demo prints, six clicks and a typed name lead to a linked phone and a first proven change', async () => {
  const demo = runProgram(DEMO, [], { PORT: '0' });
  onTestFinished(async () => void (await demo.kill('SIGINT')));
  await expect.poll(demo.stdout, { timeout: 50_000 }).toContain('Ctrl-C');
  const [, url = '', token = ''] = /(http:\S+)\/#token=(\S+)/.exec(demo.stdout()) ?? [];
  const page = await openConsole(chromium(), { url, token });
  const person = new Person();
  await person.click(page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Link a phone' }));
  await person.type(page.getByLabel('Name'), 'my-shop');
  await person.click(page.getByRole('button', { name: 'Show the QR code' }));
  expect(await readQr(chromium(), page.getByRole('img', { name: 'QR code' }))).toMatch(/^https:|^2@/);
  // Its phone scans by itself.
  await page.getByRole('heading', { name: 'The phone is linked' }).waitFor();
  await person.click(page.getByRole('link', { name: 'To the settings' }));
  await person.click(page.getByRole('group', { name: 'Last seen' }).getByText('Nobody'));
  await person.click(page.getByRole('button', { name: 'Apply' }));
  const outcome = page.getByRole('region', { name: 'What became of it' });
  await outcome.getByText('Shown by WhatsApp at').waitFor();
  expect(await outcome.getByRole('listitem').first().innerText()).toMatch(/Last seen.*Applied[^]*Nobody/);
  expect([person.clicks, person.typed]).toEqual([6, 1]);
});

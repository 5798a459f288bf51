import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { sharedPrivet } from '../../support/shared-privet.ts';
import { useChromium } from '../support/chromium.ts';
import { openConsole } from '../support/console-page.ts';
import { setScene } from '../support/scene.ts';

const FOLDER = join(import.meta.dirname, '../../../docs/console');
const MOST_BYTES = 150_000;

const chromium = useChromium();
const privet = await sharedPrivet();
const { main, token } = await setScene(privet);
mkdirSync(FOLDER, { recursive: true });

interface Picture {
  readonly name: string;
  readonly route: string;
  readonly isSignedOut?: boolean;
  readonly prepare: (page: Page) => Promise<unknown>;
}

const choose = (page: Page, field: string, value: string) =>
  page.getByRole('group', { name: field }).getByText(value, { exact: true }).click();

const holds = (page: Page, field: string, value: string) =>
  page.getByRole('group', { name: field }).getByRole('radio', { name: value, exact: true }).isChecked();

const PICTURES: readonly Picture[] = [
  // First, while one of them is still refused.
  {
    name: 'instances',
    route: '/',
    prepare: async (page) => {
      await page.getByRole('row').nth(7).waitFor();
      // What was changed just now is read again, and until then it may have changed since.
      const unread = page
        .getByRole('row')
        .filter({ hasText: 'Connected' })
        .filter({ hasText: 'may have changed since' });
      await expect.poll(() => unread.count()).toBe(0);
    },
  },
  { name: 'sign-in', route: '/', isSignedOut: true, prepare: (page) => page.getByLabel('Token').waitFor() },
  {
    name: 'link',
    route: '/link/new-branch',
    prepare: async (page) => {
      const ask = page.getByRole('button', { name: 'Show a QR code' });
      await page.getByRole('img').or(ask).first().waitFor();
      if (await ask.isVisible()) await ask.click();
      await page.getByRole('img').waitFor();
    },
  },
  {
    name: 'plan',
    route: `/instances/${main}`,
    prepare: async (page) => {
      await choose(page, 'Last seen', 'Nobody');
      await choose(page, 'Online', 'Same as last seen');
      await page.getByRole('region', { name: 'What will happen' }).getByRole('listitem').nth(1).waitFor();
    },
  },
  {
    name: 'outcome',
    route: `/instances/${main}`,
    prepare: async (page) => {
      using _ = privet.simulator.addFault({ do: 'error', match: { category: 'online', type: 'set' } });
      await choose(page, 'Last seen', (await holds(page, 'Last seen', 'Nobody')) ? 'My contacts' : 'Nobody');
      await choose(page, 'Online', 'Same as last seen');
      await page.getByRole('button', { name: 'Apply' }).click();
      await page.getByText('Shown by WhatsApp at').waitFor();
    },
  },
  { name: 'tokens', route: '/tokens', prepare: (page) => page.getByRole('heading', { level: 3 }).nth(3).waitFor() },
];

test.each(PICTURES)('$name', async ({ name, route, isSignedOut = false, prepare }) => {
  for (const theme of ['light', 'dark'] as const) {
    const signedIn = isSignedOut ? {} : { token };
    const page = await openConsole(chromium(), { url: privet.url, ...signedIn, route, theme });
    await prepare(page);
    // What was clicked shall not look pressed, and a page shows its beginning.
    await page.mouse.move(0, 0);
    await page.evaluate('scrollTo(0, 0)');
    const path = join(FOLDER, `${name}-${theme}.png`);
    await page.screenshot({ path, animations: 'disabled', caret: 'hide' });
    expect(statSync(path).size).toBeLessThan(MOST_BYTES);
  }
});

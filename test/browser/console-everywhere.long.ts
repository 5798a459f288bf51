import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { sharedPrivet } from '../support/shared-privet.ts';
import { expectAccessible } from './support/axe.ts';
import { useChromium } from './support/chromium.ts';
import { openConsole } from './support/console-page.ts';
import { setScene } from './support/scene.ts';

const chromium = useChromium();
const privet = await sharedPrivet();
const { main, loggedOut, names: NAMED } = await setScene(privet);

interface Sight {
  readonly what: string;
  readonly route: string;
  readonly isSignedOut?: boolean;
  /** Until it is all there, in any language. */
  readonly see: (page: Page) => Promise<unknown>;
}

const dialogBy = (name: RegExp) => async (page: Page) => {
  await page.getByRole('main').getByRole('button', { name }).first().click();
  await page.getByRole('dialog').getByRole('button').first().waitFor();
};
const edited = async (page: Page): Promise<void> => {
  await page.getByRole('group').first().getByRole('radio').first().waitFor();
  await page.getByRole('group').nth(0).locator('label').last().click();
  await page.getByRole('group').nth(2).locator('label').last().click();
  await page
    .getByRole('region', { name: /What will happen|O que vai acontecer/ })
    .getByRole('listitem')
    .first()
    .waitFor();
};

const DELETE = /^(Delete|Excluir)$/;

const SIGHTS: readonly Sight[] = [
  { what: 'the sign-in', route: '/', isSignedOut: true, see: (page) => page.getByRole('textbox').waitFor() },
  { what: 'the list', route: '/', see: (page) => page.getByRole('row').nth(7).waitFor() },
  {
    what: 'a search that finds nothing',
    route: '/',
    see: async (page) => {
      await page.getByRole('searchbox').fill('nobody');
      await page.getByRole('row').first().waitFor({ state: 'detached' });
    },
  },
  { what: 'the name form', route: '/link', see: (page) => page.getByRole('textbox').waitFor() },
  {
    what: 'a QR code',
    route: '/link/new-branch',
    see: async (page) => {
      // Of the looks before, it may be shown already.
      const ask = page.getByRole('button', { name: 'QR' });
      await page.getByRole('img').or(ask).first().waitFor();
      if (await ask.isVisible()) await ask.click();
      await page.getByRole('img').waitFor();
    },
  },
  {
    what: 'a form for a number',
    route: '/link/new-branch',
    see: async (page) => {
      await page.locator('summary').first().click();
      await page.getByRole('textbox').waitFor();
    },
  },
  {
    what: 'settings',
    route: `/instances/${main}`,
    see: async (page) => {
      await page.getByRole('group').first().getByRole('radio').first().waitFor();
      for (const list of await page.locator('summary').all()) await list.click();
      await page.getByRole('textbox').nth(1).waitFor();
    },
  },
  { what: 'a plan', route: `/instances/${main}`, see: edited },
  {
    what: 'an outcome',
    route: `/instances/${main}`,
    see: async (page) => {
      await edited(page);
      using _ = privet.simulator.addFault({ do: 'error', match: { category: 'profile', type: 'set' } });
      await page.getByRole('button', { name: /^(Apply|Aplicar)$/ }).click();
      await page.getByRole('region', { name: /What became of it|Resultado/ }).waitFor();
    },
  },
  {
    what: 'a banned instance',
    route: '/instances/loja-centro',
    see: (page) => page.getByRole('radio').first().waitFor(),
  },
  {
    what: 'a logged-out one',
    route: `/instances/${loggedOut}`,
    see: (page) => page.getByRole('button', { name: DELETE }).waitFor(),
  },
  { what: 'the question before it is deleted', route: `/instances/${main}`, see: dialogBy(DELETE) },
  { what: 'the tokens', route: '/tokens', see: (page) => page.getByRole('heading', { level: 3 }).first().waitFor() },
  { what: 'the form for a token', route: '/tokens', see: dialogBy(/^(New token|Novo token)$/) },
  { what: 'no page', route: '/nowhere', see: (page) => page.getByRole('main').getByRole('link').waitFor() },
];

const LOOKS = (['light', 'dark'] as const).flatMap((theme) =>
  (['en-US', 'pt-BR'] as const).flatMap((locale) => [1280, 320].map((width) => ({ theme, locale, width }))),
);

test.each(LOOKS)(
  'each page: no violation, and no wider than the screen: $theme, $locale, $width px',
  async (look) => {
    for (const { what, route, isSignedOut = false, see } of SIGHTS) {
      const token = isSignedOut ? {} : { token: privet.token };
      const page = await openConsole(chromium(), { url: privet.url, ...look, ...token, route });
      await see(page);
      await page.getByRole('heading', { level: 1 }).waitFor();
      // What sticks to the bottom of a narrow screen covers part of what is there, until somebody scrolls on: here it lies in its place.
      await page.evaluate('scrollTo(0, document.documentElement.scrollHeight)');
      await expectAccessible(page, `${what}, ${JSON.stringify(look)}`);
      const seen = await page.evaluate<[string, boolean, number]>(
        `[document.documentElement.lang, matchMedia('(prefers-color-scheme: dark)').matches,
        document.documentElement.scrollWidth - document.documentElement.clientWidth]`,
      );
      expect(seen, what).toEqual([look.locale === 'pt-BR' ? 'pt-BR' : 'en', look.theme === 'dark', 0]);
      await page.context().close();
    }
  },
  180_000,
);

/** What has the same name in each language. */
const NAMES = ['PRIVET_ACCOUNT_TOKEN', 'GraphQL', 'REST', 'npx privet', ...NAMED];

/** Each text of its own, but for what is in English by its nature. */
const TEXTS = `[...document.querySelectorAll('#root *')]
  .filter((element) => element.children.length === 0 && !element.closest('#root [lang]'))
  .map((element) => element.textContent.trim())
  .filter((text) => /\\p{L}{2,},? \\p{L}{2,}/u.test(text))`;

test('in Portuguese no text is the English one', async () => {
  for (const { what, route, isSignedOut = false, see } of SIGHTS) {
    const texts: string[][] = [];
    for (const locale of ['en-US', 'pt-BR'] as const) {
      const token = isSignedOut ? {} : { token: privet.token };
      const page = await openConsole(chromium(), { url: privet.url, locale, ...token, route });
      await see(page);
      texts.push(await page.evaluate<string[]>(TEXTS));
      await page.context().close();
    }
    const [english = [], portuguese = []] = texts;
    expect(portuguese.length, what).toBeGreaterThan(0);
    const same = portuguese.filter((text) => english.includes(text) && !NAMES.some((name) => text.includes(name)));
    expect(same, what).toEqual([]);
  }
}, 180_000);

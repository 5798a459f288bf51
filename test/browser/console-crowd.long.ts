import { expect, onTestFinished, test } from 'vitest';
import { startSimulator } from '../../simulator/simulator.ts';
import { startCrowd } from '../support/crowd.ts';
import { useChromium } from './support/chromium.ts';
import { openConsole } from './support/console-page.ts';

const INSTANCES = 1_000;
const A_PAGE = 100;
const TRIES = 5;
const PAINT_MS = 1_000;

/** Notes in the page when the first row was painted, counted from the beginning of the navigation. */
const NOTE_FIRST_ROW = `{
  const look = () => {
    if (document.querySelector('tbody tr')) requestAnimationFrame(() => { window.firstRowAt = performance.now(); });
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}`;

const median = (times: readonly number[]): number =>
  times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? NaN;

const chromium = useChromium();

test(`${INSTANCES} instances: the first rows are there within a second, and all of them without a gap`, async () => {
  const simulator = await startSimulator();
  onTestFinished(() => simulator[Symbol.asyncDispose]());
  // How they come up is not what this is about.
  const env = { PRIVET_LOGIN_RATE: '100' };
  const { service, caller, members } = await startCrowd(simulator, { members: INSTANCES, openMs: 240_000, env });
  const page = await openConsole(chromium(), { ...caller, url: service.url });
  const links = page.getByRole('rowheader').getByRole('link');
  await expect.poll(() => links.count()).toBe(A_PAGE);

  await page.context().addInitScript(NOTE_FIRST_ROW);
  const [painted, rows]: [number[], number[]] = [[], []];
  for (let tries = 0; tries < TRIES; tries += 1) {
    await page.reload();
    await expect.poll(() => page.evaluate<number>('window.firstRowAt ?? 0')).toBeGreaterThan(0);
    const [paint, row] = await page.evaluate<[number, number]>(
      `[performance.getEntriesByName('first-contentful-paint')[0].startTime, window.firstRowAt]`,
    );
    painted.push(Math.round(paint));
    rows.push(Math.round(row));
  }
  process.stdout.write(`console: first paint ${painted.join(', ')} ms, first rows ${rows.join(', ')} ms\n`);
  expect(median(painted)).toBeLessThan(PAINT_MS);
  expect(median(rows)).toBeLessThan(PAINT_MS);

  // Page after page, from top to bottom: wherever somebody is, there is a row before their eyes.
  const seen: string[] = [];
  const next = page
    .getByRole('navigation', { name: 'Pages of the list' })
    .first()
    .getByRole('button', { name: 'Next' });
  await page.getByText(`of 1,000`).first().waitFor();
  for (let turned = 0; turned < INSTANCES / A_PAGE; turned += 1) {
    if (turned > 0) await next.click();
    await page
      .getByText(`${turned * A_PAGE + 1}–`)
      .first()
      .waitFor();
    await page.mouse.move(640, 500);
    for (let isAtEnd = false; !isAtEnd;) {
      await page.mouse.wheel(0, 700);
      const [hasRow, end] = await page.evaluate<[boolean, boolean]>(
        `new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done([
          (({ top, bottom }) => top > 400 || bottom <= 400 ||
            Boolean(document.elementFromPoint(640, 400)?.closest('tr')?.innerText.trim())
          )(document.querySelector('tbody').getBoundingClientRect()),
          innerHeight + scrollY >= document.documentElement.scrollHeight - 2,
        ]))))`,
      );
      expect(hasRow).toBe(true);
      isAtEnd = end;
    }
    seen.push(...(await links.allTextContents()));
    await page.evaluate('scrollTo(0, 0)');
  }
  expect(seen).toEqual(members.map(({ name }) => name));

  await page.getByLabel('Search').fill('member-0777');
  await expect.poll(() => links.allTextContents()).toEqual(['member-0777']);
  const phoneNumber = members.find(({ name }) => name === 'member-0777')?.phoneNumber ?? '';
  simulator.setPrivacy(phoneNumber, 'last', 'none');
  await page.getByRole('row', { name: 'member-0777' }).getByText('Nobody').waitFor();
}, 600_000);

import { existsSync } from 'node:fs';
import { afterAll, beforeAll } from 'vitest';
import { type Browser, chromium } from 'playwright-core';
import { unpackedChromium } from './unpacked-chromium.ts';

/** Debian's and Ubuntu's. */
const SYSTEMS_OWN = '/usr/bin/chromium';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

/** The one that comes with npm, also where the system has its own. */
export const FROM_NPM = 'npm';

/** A real Chromium without a window: the one that `PRIVET_TEST_CHROMIUM` names, else the system's, else npm's. */
async function launchChromium(kind?: string): Promise<Browser> {
  const wanted = kind ?? process.env['PRIVET_TEST_CHROMIUM'] ?? (existsSync(SYSTEMS_OWN) ? SYSTEMS_OWN : FROM_NPM);
  const { executablePath, env } = wanted === FROM_NPM ? unpackedChromium() : { executablePath: wanted, env: {} };
  return chromium.launch({ executablePath, args: FLAGS, env: { ...process.env, ...env } });
}

/** One browser for all tests of the file that calls this, gone with the last one. */
export function useChromium(kind?: string): () => Browser {
  let browser: Browser | undefined;
  beforeAll(async () => {
    browser = await launchChromium(kind);
  });
  afterAll(() => browser?.close());
  return () => {
    if (!browser) throw new Error('The browser is there while tests run');
    return browser;
  };
}

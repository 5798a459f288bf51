import { expect, onTestFinished } from 'vitest';
import type { Browser, BrowserContext, Page } from 'playwright-core';

export interface PageOptions {
  /** The service's. */
  readonly url: string;
  /** Signs in by the address, as the one does that the demo prints. */
  readonly token?: string;
  /** What is opened, after the `#`. */
  readonly route?: string;
  readonly locale?: 'en-US' | 'pt-BR';
  readonly theme?: 'light' | 'dark';
  readonly width?: number;
  readonly height?: number;
  /** What the page may be told by the browser or by the network, since the test is about it. */
  readonly expected?: readonly RegExp[];
}

/** How long anything that a person waits for may take on a machine that does much else. */
const ACTION_MS = 15_000;

/** Says on the console what the policy refused, in words of ours. */
const REPORT_VIOLATIONS = `addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI, sample }) =>
  console.error('securitypolicyviolation', effectiveDirective, blockedURI, sample))`;

/** Notes errors on the console, what was thrown, what breaks the page's policy, and requests for another origin than this one. */
export async function watch(context: BrowserContext, origin: string): Promise<readonly string[]> {
  const findings: string[] = [];
  await context.addInitScript(REPORT_VIOLATIONS);
  context.on('console', (message) => {
    if (message.type() === 'error') findings.push(`console: ${message.text()} ${message.location().url}`);
  });
  context.on('weberror', (thrown) => void findings.push(`thrown: ${String(thrown.error())}`));
  context.on('request', (request) => {
    const asked = new URL(request.url());
    if (asked.protocol !== 'data:' && asked.origin !== origin) findings.push(`request: ${asked.href}`);
  });
  context.on('dialog', (dialog) => {
    findings.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  context.on('page', (page) => {
    page.on('websocket', (socket) => void findings.push(`web socket: ${socket.url()}`));
  });
  return findings;
}

/** Opens the console in a context of its own. The test fails at its end where something was found that it did not expect. */
export async function openConsole(browser: Browser, options: PageOptions): Promise<Page> {
  const { url, token, route = '/', locale = 'en-US', theme = 'light', width = 1280, height = 800 } = options;
  const context = await browser.newContext({ locale, colorScheme: theme, viewport: { width, height } });
  context.setDefaultTimeout(ACTION_MS);
  const findings = await watch(context, new URL(url).origin);
  onTestFinished(async () => {
    await context.close();
    const unexpected = findings.filter((finding) => !(options.expected ?? []).some((known) => known.test(finding)));
    expect(unexpected, 'what the browser had to say').toEqual([]);
  });
  const page = await context.newPage();
  await page.goto(token === undefined ? `${url}/#${route}` : `${url}/#token=${token}`);
  if (token !== undefined && route !== '/') await page.goto(`${url}/#${route}`);
  return page;
}

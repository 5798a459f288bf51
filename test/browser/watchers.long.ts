import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { renderSVG } from 'uqr';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectAccessible } from './support/axe.ts';
import { FROM_NPM, useChromium } from './support/chromium.ts';
import { watch } from './support/console-page.ts';
import { readQr } from './support/qr-on-screen.ts';

const POLICY =
  `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none';
  form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'`.replaceAll(/\s+/g, ' ');
const QR_TEXT = '2@reference,noise,identity,secret';
const PAGE = `<!doctype html><html lang="en"><title>Page</title><link rel="icon" href="data:,">
  <main><h1>Page</h1><img alt="QR code" src="/qr.svg"></main><script src="/script.js"></script>`;

const page = { script: '' };
const server = createServer(({ url }, response) => {
  const [type, body] =
    url === '/script.js'
      ? ['text/javascript', page.script]
      : url === '/qr.svg'
        ? ['image/svg+xml', renderSVG(QR_TEXT, { border: 4 })]
        : ['text/html', PAGE];
  response
    .writeHead(url === '/none' ? 404 : 200, { 'content-type': type, 'content-security-policy': POLICY })
    .end(body);
});
let origin = '';
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});

// Also where the system has one: what is nowhere tried may have stopped to run.
const chromium = useChromium(FROM_NPM);

async function open(script: string) {
  page.script = script;
  const context = await chromium().newContext();
  const findings = await watch(context, origin);
  const opened = await context.newPage();
  await opened.goto(origin);
  return { opened, findings };
}

test.each([
  ['markup from text', 'document.body.insertAdjacentHTML("beforeend", "<b>x</b>")', /thrown|trusted-types/],
  ['a style attribute', 'document.body.setAttribute("style", "color: red")', /violation style-src-attr/],
  ['eval', 'try { eval("1") } catch {}', /violation require-trusted-types-for|violation script-src/],
  ['a call of another origin', 'fetch("http://127.0.0.1:1/").catch(() => {})', /violation connect-src/],
  ['an image of another origin', 'new Image().src = "http://127.0.0.1:1/x.png"', /violation img-src/],
  ['a way to another origin', 'location.href = "http://127.0.0.1:1/"', /request: http:\/\/127.0.0.1:1\//],
  ['a socket to another origin', 'new WebSocket("ws://127.0.0.1:1")', /violation connect-src/],
  ['what is thrown', 'setTimeout(() => { throw new Error("oh") })', /thrown: Error: oh/],
  ['what is rejected and not handled', 'Promise.reject(new Error("no"))', /thrown: Error: no/],
  ['an alert', 'setTimeout(() => alert(1))', /dialog: 1/],
  ['an error on the console', 'console.error("said")', /console: said/],
  ['a request that failed', 'fetch("/none")', /console: .*404/],
])('the watch over pages sees %s', async (_, script, seen) => {
  const { findings } = await open(script);
  await expect.poll(() => findings.filter((finding) => seen.test(finding))).not.toEqual([]);
});

test('the watch finds nothing in a page that does nothing wrong, and what looks into it breaks no policy', async () => {
  const { opened, findings } = await open('fetch("/").then(() => document.body.append("done"))');
  await opened.getByText('done').waitFor();
  await expectAccessible(opened, 'page');
  expect(await readQr(chromium(), opened.getByRole('img', { name: 'QR code' }))).toBe(QR_TEXT);
  expect(findings).toEqual([]);
});

test.each([
  ['an image without a name', 'document.querySelector("img").removeAttribute("alt")', 'image-alt'],
  ['pale text', 'document.querySelector("h1").style.color = "#ccc"', 'color-contrast'],
])('axe sees %s', async (_, script, rule) => {
  const { opened } = await open(script);
  await expect(expectAccessible(opened, 'page')).rejects.toThrow(rule);
});

#!/usr/bin/env node
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { connectApi, type Api } from './api.ts';
import { type Child, freePort, startChild } from './child.ts';
import { linkWhatWaits, Phones, tellOf } from './phones.ts';
import { BESIDE, ENDING, forBrowser, forShell } from './texts.ts';

const HELP = `npm run demo [-- --shell] [-- --no-scan]

Starts a simulated WhatsApp and the service on a throw-away data folder, with one linked instance named "demo", and prints
the address of its console. A QR code that is shown there is scanned after a few seconds by a simulated phone, and a pairing
code is typed on the phone that has the number. Ctrl-C ends it all.

--shell     prints too what is of use without the console: the playground's address, the token, a query to paste, and a
            line that changes a setting on the phone
--no-scan   leaves it to somebody else to scan and to type
PORT        the service's port (4000; another free one when it is taken)
`;

/** People on the simulated WhatsApp, for lists of contacts. */
const CONTACTS = ['+49 151 23456789', '+49 151 23456780'];

const START_MS = 60_000;
const scriptOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

interface SimulatorLine {
  readonly url: string;
  readonly rootKey: string;
  readonly rootSerial: number;
  readonly control: string;
}

interface Options {
  readonly shell: boolean;
  readonly scan: boolean;
}

async function run({ shell, scan }: Options, signal: AbortSignal): Promise<void> {
  await using cleanUp = new AsyncDisposableStack();
  const dataDir = await mkdtemp(join(tmpdir(), 'privet-demo-'));
  cleanUp.defer(() => rm(dataDir, { recursive: true, force: true }));

  const simulator = cleanUp.use(startChild(scriptOf('../simulator/main.ts'), [], process.env));
  const whatsApp = JSON.parse(await simulator.firstLine) as SimulatorLine;

  const wanted = Number(process.env['PORT'] ?? 4000);
  const port = await freePort(wanted);
  const token = randomBytes(24).toString('base64url');
  const service = cleanUp.use(
    startChild(scriptOf('../src/main.ts'), ['serve', '--with-parent'], {
      LOG_LEVEL: 'warn',
      ...process.env,
      // Whatever is set here for a service of one's own.
      DATABASE_URL: '',
      PRIVET_ENCRYPTION_KEY: '',
      PRIVET_CONSOLE: 'on',
      HOST: '127.0.0.1',
      PORT: String(port),
      PRIVET_DATA: dataDir,
      PRIVET_ACCOUNT_TOKEN: token,
      PRIVET_WHATSAPP_URL: whatsApp.url,
      PRIVET_WHATSAPP_ROOT_KEY: whatsApp.rootKey,
      PRIVET_WHATSAPP_ROOT_SERIAL: String(whatsApp.rootSerial),
    }),
  );
  service.process.stdout?.resume();
  // The one without the other shows nothing.
  const ended = Promise.race([endOf('the service', service), endOf('the simulated WhatsApp', simulator)]);
  const url = `http://127.0.0.1:${port}`;
  await Promise.race([ready(url, signal), ended]);
  const api = connectApi(url, token, signal);
  const phones = new Phones(whatsApp.control, signal);
  const phoneNumber = await linkDemo(api, phones, signal);
  const own = await ownToken(api);
  if (scan) linkWhatWaits(api, phones, signal).catch((error: unknown) => signal.aborted || tellOf(error));

  const phone = `${whatsApp.control}/accounts/${phoneNumber}`;
  const taken = wanted === 0 || wanted === port ? undefined : wanted;
  process.stdout.write(
    forBrowser({ url, token: own, taken, scans: scan }) +
      (shell ? forShell({ url, token: own, contacts: CONTACTS, phone }) : BESIDE) +
      ENDING,
  );
  await Promise.race([new Promise((resolve) => signal.addEventListener('abort', resolve)), ended]);
}

/** Rejects once it has ended. */
const endOf = (name: string, { process: child }: Child): Promise<never> =>
  new Promise((_, reject) => {
    child.once('exit', (code, by) => reject(new Error(`${name} ended with ${by ?? `code ${String(code)}`}`)));
  });

async function ready(url: string, signal: AbortSignal): Promise<void> {
  for (const end = Date.now() + START_MS; Date.now() < end; await delay(100, undefined, { signal })) {
    const answer = await fetch(`${url}/health/ready`, { signal }).catch(() => undefined);
    if (answer?.ok) return;
  }
  throw new Error(`the service was not ready within ${START_MS / 1000} s`);
}

/** A token for whoever looks: with a label that tells them so, and with limits that the phones here use nothing of. */
async function ownToken(api: Api): Promise<string> {
  const { createToken } = await api.graphql(
    'mutation { createToken(input: { label: "Demo", scopes: [READ, WRITE, PAIR, ADMIN] }) { token } }',
  );
  return (createToken as { token: string }).token;
}

/** Resolves with the phone's number once the instance is open. */
async function linkDemo(api: Api, phones: Phones, signal: AbortSignal): Promise<string> {
  await api.graphql('mutation { createInstance(name: "demo") { token } }');
  const { pairInstance } = await api.graphql('mutation { pairInstance(instance: "demo") { pairing { qr } } }');
  const { qr } = (pairInstance as { pairing: { qr: string } }).pairing;
  await phones.tell('POST', '/contacts', { numbers: CONTACTS.map((number) => number.replaceAll(' ', '')) });
  const phoneNumber = await phones.scan(qr);
  for (const end = Date.now() + START_MS; Date.now() < end; await delay(100, undefined, { signal })) {
    const { instance } = await api.graphql('{ instance(name: "demo") { state } }');
    if ((instance as { state: string }).state === 'OPEN') return phoneNumber;
  }
  throw new Error('the instance did not open');
}

/** Undefined where the words behind the command are not those. */
function optionsOf(args: readonly string[]): (Options & { readonly help: boolean }) | undefined {
  const flag = { type: 'boolean', default: false } as const;
  try {
    const { values } = parseArgs({ args: [...args], options: { shell: flag, 'no-scan': flag, help: flag } });
    return { shell: values.shell, scan: !values['no-scan'], help: values.help };
  } catch {
    return undefined;
  }
}

const options = optionsOf(process.argv.slice(2));
if (!options) {
  process.stderr.write(HELP);
  process.exitCode = 2;
} else if (options.help) {
  process.stdout.write(HELP);
} else {
  const end = new AbortController();
  // Each time: npm hands on what the terminal gave to both, and all must be ended and taken away just the same.
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => end.abort());
  try {
    await run(options, end.signal);
  } catch (error) {
    if (!end.signal.aborted) {
      process.stderr.write(`The demo failed: ${error instanceof Error ? error.message : String(error)}\n`);
      process.exitCode = 1;
    }
  }
}

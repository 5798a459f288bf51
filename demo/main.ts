#!/usr/bin/env node
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort, startChild } from './child.ts';

const HELP = `npm run demo

Starts a simulated WhatsApp and the service on a throw-away data folder, links one instance named "demo", and prints the
playground's address, a token, a query to paste, and how to change a setting on the phone. Ctrl-C ends it all.

PORT   the service's port (4000; another free one when it is taken)
`;

const QUERY = `mutation {
  updatePrivacy(
    instance: "demo"
    input: { visibility: { lastSeen: NONE, profile: CONTACTS }, permissions: { groupAdd: CONTACTS } }
  ) {
    settings { visibility { lastSeen status profile online } permissions { groupAdd } observedAt }
    outcomes { field previous current result }
    failures { field code message }
    stanzas
  }
}`;

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

async function run(signal: AbortSignal): Promise<void> {
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
  const ended = new Promise<never>((_, reject) => {
    service.process.once('exit', (code) => reject(new Error(`the service ended with code ${String(code)}`)));
  });
  const url = `http://127.0.0.1:${port}`;
  await Promise.race([ready(url, signal), ended]);
  const phone = await linkDemo(url, token, whatsApp.control, signal);

  process.stdout.write(`
The demo runs: a simulated WhatsApp, and Privet with one linked instance named "demo".

  Playground   ${url}/graphql
  Token        ${token}
  Contacts     ${CONTACTS.join(', ')}
${wanted === 0 || wanted === port ? '' : `\nPort ${wanted} was taken, so it is ${port}.\n`}
In the playground click into the empty "Headers" editor, below the query, and paste

{ "Authorization": "Bearer ${token}" }

Then put this in place of the query there (click, Ctrl+A, paste), and run it by the button:

${QUERY}

What streams tell of: a change that is made on the simulated phone, from a shell

curl -s ${whatsApp.control}/accounts/${phone}/privacy -d '{ "category": "last", "value": "contacts" }'

Ctrl-C ends it and leaves nothing behind.
`);
  await Promise.race([new Promise((resolve) => signal.addEventListener('abort', resolve)), ended]);
}

async function ready(url: string, signal: AbortSignal): Promise<void> {
  for (const end = Date.now() + START_MS; Date.now() < end; await delay(100, undefined, { signal })) {
    const answer = await fetch(`${url}/health/ready`, { signal }).catch(() => undefined);
    if (answer?.ok) return;
  }
  throw new Error(`the service was not ready within ${START_MS / 1000} s`);
}

/** Resolves with the phone's number once the instance is open. */
async function linkDemo(url: string, token: string, control: string, signal: AbortSignal): Promise<string> {
  const graphql = async (query: string): Promise<Record<string, unknown>> => {
    const answer = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query }),
      signal,
    });
    const { data, errors } = (await answer.json()) as { data?: Record<string, unknown>; errors?: unknown };
    if (!data || errors) throw new Error(`the service answered ${JSON.stringify(errors)}`);
    return data;
  };
  await graphql('mutation { createInstance(name: "demo") { token } }');
  const { pairInstance } = await graphql('mutation { pairInstance(instance: "demo") { pairing { qr } } }');
  const { qr } = (pairInstance as { pairing: { qr: string } }).pairing;
  const tell = async (path: string, body: object): Promise<unknown> => {
    const answer = await fetch(control + path, { method: 'POST', body: JSON.stringify(body), signal });
    if (!answer.ok) throw new Error(`the simulated phone answered ${answer.status}`);
    return answer.json();
  };
  await tell('/contacts', { numbers: CONTACTS.map((number) => number.replaceAll(' ', '')) });
  const { phoneNumber } = (await tell('/scan', { qr })) as { phoneNumber: string };
  for (const end = Date.now() + START_MS; Date.now() < end; await delay(100, undefined, { signal })) {
    const { instance } = await graphql('{ instance(name: "demo") { state } }');
    if ((instance as { state: string }).state === 'OPEN') return phoneNumber;
  }
  throw new Error('the instance did not open');
}

if (process.argv.includes('--help')) {
  process.stdout.write(HELP);
} else {
  const end = new AbortController();
  // Each time: npm hands on what the terminal gave to both, and all must be ended and taken away just the same.
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => end.abort());
  try {
    await run(end.signal);
  } catch (error) {
    if (!end.signal.aborted) {
      process.stderr.write(`The demo failed: ${error instanceof Error ? error.message : String(error)}\n`);
      process.exitCode = 1;
    }
  }
}

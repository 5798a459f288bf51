import { expect, test } from 'vitest';
import { commandPath, commandTree, createProgram } from '../src/cli/program.ts';
import { OVER_HTTP } from '../src/cli/remote/options.ts';
import { CONTACT_RUNS, ON_WHATSAPP } from './support/remote-contact-runs.ts';
import { INSTANCE_RUNS } from './support/remote-instance-runs.ts';
import { sharedPrivet } from './support/shared-privet.ts';
import { inTerminal } from './support/terminal.ts';

const privet = await sharedPrivet();
const env = { PRIVET_URL: privet.url, PRIVET_TOKEN: privet.token };
privet.simulator.createContacts(ON_WHATSAPP);

const RUNS = [...INSTANCE_RUNS, ...CONTACT_RUNS];
const COLUMNS = 100;
const ESC = '\u001b';

/** The words that run each command which asks a service, as `--help` lists them. */
const overHttp = (): string[] => {
  const io = { env: {}, signal: new AbortController().signal, ppid: () => 1, say: () => {}, complain: () => {} };
  return commandTree(createProgram(io))
    .filter(({ commands }) => commands.length === 0)
    .filter((command) => command.helpGroup() === OVER_HTTP || command.options.some(({ long }) => long === '--url'))
    .map((command) => commandPath(command).replace(/^privet /, ''));
};

let instances = 0;

const linked = () => privet.link(`shop-${(instances += 1)}`);

/** What the terminal echoes of Ctrl-C is nothing that the command says. */
const withoutEcho = (text: string): string => text.replaceAll('^C', '').trim();

/** The cells of each line; one that fills the terminal goes on in the next. */
const cells = (text: string): string[][] =>
  text
    .split('\n')
    .map((line) => (line.length === COLUMNS ? line : `${line}\n`))
    .join('')
    .trim()
    .split('\n')
    .map((line) => line.split(/ {2,}/));

test('every command over HTTP is run below, on a terminal and in JSON', () => {
  const run = new Set(RUNS.map(([command]) => command));
  expect([...run].toSorted()).toEqual(overHttp().toSorted());
});

test.each(RUNS)('on a terminal "privet %s" %s', async (command, _about, prepare) => {
  const shop = await linked();
  const { args, meanwhile, exitCode = 0, screen, draws = false, after } = await prepare(shop, privet);
  const terminal = inTerminal([...command.split(' '), ...args], env, { columns: COLUMNS, rows: 40 });
  await meanwhile?.(terminal);
  expect([await terminal.ended, cells(withoutEcho(terminal.text))]).toEqual([exitCode, screen]);
  expect(terminal.written.includes(ESC)).toBe(draws);
  await after?.();
});

test.each(RUNS)('in JSON "privet %s" %s', async (command, _about, prepare) => {
  const shop = await linked();
  const { args, meanwhile, exitCode = 0, json, besideJson = /^$/, after } = await prepare(shop, privet);
  // So wide that the terminal breaks no line.
  const terminal = inTerminal([...command.split(' '), ...args, '--json'], env, { columns: 5_000, rows: 40 });
  await meanwhile?.(terminal);
  const code = await terminal.ended;
  const lines = withoutEcho(terminal.text).split('\n');
  const [objects, others] = [true, false].map((isJson) => lines.filter((line) => line.startsWith('{') === isJson));
  expect([code, others?.join('\n')]).toEqual([exitCode, expect.stringMatching(besideJson)]);
  expect(objects?.map((line) => JSON.parse(line) as unknown)).toMatchObject(json);
  for (const unwanted of [ESC, privet.token, shop.token]) expect(terminal.written).not.toContain(unwanted);
  await after?.();
});

import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, posix } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { sharedPrivet } from './support/shared-privet.ts';

const privet = await sharedPrivet();

const ROOT = join(import.meta.dirname, '..');
const PAGES = ['examples/apollo-react', 'examples/urql-react'];

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly overrides: Readonly<Record<string, string>>;
}

const textOf = (...path: string[]): string => readFileSync(join(ROOT, ...path), 'utf8');
const manifestOf = (folder: string): Manifest => JSON.parse(textOf(folder, 'package.json')) as Manifest;

describe.each(PAGES)('%s', (folder) => {
  test('names the versions that it is tested with here', () => {
    const here = manifestOf('.');
    const installed = { ...here.dependencies, ...here.devDependencies };
    const { dependencies, devDependencies, overrides } = manifestOf(folder);
    expect(installed).toMatchObject({ ...dependencies, ...devDependencies });
    expect(here.overrides).toMatchObject(overrides);
  });

  test('imports what it names and itself alone, so that it can be copied away', () => {
    const { dependencies, devDependencies } = manifestOf(folder);
    const named = Object.keys({ ...dependencies, ...devDependencies });
    const sources = readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).filter(
      (path) => /\.tsx?$/.test(path) && !/^(node_modules|dist|src\/gql)\//.test(path),
    );
    expect(sources).toContain('src/main.tsx');
    const imports = sources.flatMap((path) =>
      [...textOf(folder, path).matchAll(/\bfrom '([^']*)'/g)].map(([, name = '']) =>
        name.startsWith('.') ? posix.join(posix.dirname(path), name) : name,
      ),
    );
    const known = [...named.flatMap((name) => [name, `${name}/`]), 'src/'];
    const isKnown = (name: string): boolean =>
      known.some((start) => name === start || (start.endsWith('/') && name.startsWith(start)));
    expect(imports.length).toBeGreaterThan(10);
    expect(imports.filter((name) => !isKnown(name))).toEqual([]);
  });
});

test('what has no word of its client is the same in both pages', () => {
  const uiOf = (folder: string): Record<string, string> =>
    Object.fromEntries(readdirSync(join(ROOT, folder, 'src/ui')).map((file) => [file, textOf(folder, 'src/ui', file)]));
  const [apollo = '', urql = ''] = PAGES;
  expect(Object.keys(uiOf(apollo))).toContain('SettingsForm.tsx');
  expect(uiOf(urql)).toEqual(uiOf(apollo));
});

describe('examples/shell/set-privacy.sh', () => {
  const WITHOUT_JQ = ['sh', 'curl', 'tr', 'mktemp', 'rm', 'od', 'sed', 'grep', 'cat'];

  /** A folder of tools: the machine has these and no others. */
  function only(tools: readonly string[]): string {
    const folder = mkdtempSync(join(tmpdir(), 'privet-tools-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    for (const tool of tools) {
      symlinkSync(execFileSync('sh', ['-c', `command -v ${tool}`], { encoding: 'utf8' }).trim(), join(folder, tool));
    }
    return folder;
  }

  interface Ended {
    readonly code: number;
    readonly stdout: string;
    readonly stderr: string;
  }

  async function run(token: string, args: readonly string[], path = process.env['PATH'] ?? ''): Promise<Ended> {
    const env = { PATH: path, PRIVET_URL: privet.url, PRIVET_TOKEN: token };
    const script = join(ROOT, 'examples/shell/set-privacy.sh');
    return promisify(execFile)(script, args, { env }).then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
      (error: unknown) => error as Ended,
    );
  }

  const refuse = (category: string): void => {
    privet.simulator.addFault({ match: { xmlns: 'privacy', type: 'set', category }, do: 'error', code: 403 });
  };

  test('changes what it was told, names what does not hold, and says which by its exit code', async () => {
    const { name, token, phoneNumber } = await privet.link('scripted');
    const held = () => privet.simulator.account(phoneNumber).privacy;
    expect(await run(token, [name, 'lastSeen=NONE', 'readReceipts=NONE', 'groupAdd=CONTACTS'])).toMatchObject({
      code: 0,
    });
    expect(held()).toMatchObject({ last: 'none', readreceipts: 'none', groupadd: 'contacts' });

    refuse('status');
    // The second time with jq, where the machine has it.
    for (const path of [only(WITHOUT_JQ), undefined]) {
      const partly = await run(token, [name, 'status=NONE', 'callAdd=KNOWN'], path);
      expect(partly).toMatchObject({ code: 3, stderr: '' });
      expect(partly.stdout).toMatch(/STATUS.*REJECTED/);
      expect(partly.stdout).toContain('CALL_ADD');
    }
    expect(held()).toMatchObject({ status: 'all', calladd: 'known' });
  });

  test('tells wrong use, a refused token and an instance that is away from each other', async () => {
    const { name, token } = await privet.link('scripted-away');
    for (const args of [
      [name],
      [name, 'lastSeen'],
      [name, 'lastSeen="'],
      ['a"b', 'lastSeen=NONE'],
      [name, 'last=NONE'],
    ]) {
      expect(await run(token, args), args.join(' ')).toMatchObject({ code: 2, stdout: '' });
    }
    expect(await run(token, [name, 'lastSeen=SOMETIMES'])).toMatchObject({ code: 2 });
    expect(await run('no-token-of-ours', [name, 'lastSeen=NONE'])).toMatchObject({ code: 5 });
    expect(await run(token, ['nobody', 'lastSeen=NONE'])).toMatchObject({ code: 1 });
    await privet.graphql('mutation ($i: String!) { stopInstance(instance: $i) { state } }', { i: name });
    expect(await run(token, [name, 'lastSeen=NONE'])).toMatchObject({ code: 4 });
  });
});

import { runCli } from '../../src/cli/cli.ts';
import { databaseEnv } from './postgres.ts';
import type { TestPrivet } from './privet.ts';

/** What a command says that must work, beside the running service: it has the database open by itself, as another process would. */
export async function runBeside({ dataDir }: Pick<TestPrivet, 'dataDir'>, ...argv: readonly string[]): Promise<string> {
  const lines: string[] = [];
  const exitCode = await runCli(argv, {
    env: { PRIVET_DATA: dataDir, ...databaseEnv(dataDir) },
    signal: new AbortController().signal,
    ppid: () => process.ppid,
    say: (line) => void lines.push(line),
    complain: (line) => void lines.push(line),
  });
  if (exitCode !== 0) throw new Error(`privet ${argv.join(' ')}: ${exitCode}, ${lines.join('\n')}`);
  return lines.join('\n');
}

/** A further account; resolves to its id and its token. */
export async function createAccount(
  privet: Pick<TestPrivet, 'dataDir'>,
  ...options: readonly string[]
): Promise<{ readonly id: string; readonly token: string }> {
  const said = await runBeside(privet, 'account', 'create', ...options);
  const [, id, token] = /Account (\S+)\nToken +(\S+)/.exec(said) ?? [];
  if (id === undefined || token === undefined) throw new Error('No account was made');
  return { id, token };
}

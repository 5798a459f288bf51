import { expect, test } from 'vitest';
import { dataFolder, runCommand, runService } from './support/service-process.ts';

const PRELOAD = new URL('support/kill-at-first-token.ts', import.meta.url).pathname;

const tokensIn = (output: string): string[] => output.match(/pvta_\w+/g) ?? [];

async function works(url: string, token: string | undefined): Promise<boolean> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ query: '{ viewer { scopes } }' });
  return (await fetch(`${url}/graphql`, { method: 'POST', headers, body })).status === 200;
}

/** The tokens that a start shows which is killed just before or after it does. */
async function killedAt(side: 'before' | 'after', env: Readonly<Record<string, string>>): Promise<string[]> {
  const killed = runCommand(['serve'], { ...env, NODE_OPTIONS: `--import ${PRELOAD}`, KILL_AT: side });
  expect(await killed.ended).toBe('SIGKILL');
  return tokensIn(killed.stdout());
}

test('a kill before the first token is shown costs nothing, nor one after it: the next start shows one, and all work', async () => {
  const env = { PRIVET_DATA: dataFolder(), LOG_LEVEL: 'warn' };
  expect(await killedAt('before', env)).toEqual([]);
  const shown = await killedAt('after', env);
  expect(shown).toHaveLength(1);
  const next = await runService(env);
  await expect.poll(() => tokensIn(next.stdout())).toHaveLength(1);
  for (const token of [...shown, ...tokensIn(next.stdout())]) expect(await works(next.url, token)).toBe(true);
});

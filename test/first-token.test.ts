import { expect, test } from 'vitest';
import { dataFolder, runCommand, runService } from './support/service-process.ts';

const PRELOAD = new URL('support/kill-at-first-token.ts', import.meta.url).pathname;

const tokensIn = (output: string): string[] => output.match(/pvta_\w+/g) ?? [];

async function works(url: string, token: string | undefined): Promise<boolean> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ query: '{ viewer { scopes } }' });
  return (await fetch(`${url}/graphql`, { method: 'POST', headers, body })).status === 200;
}

/** What is left by a first start that is killed just before or after it shows the token. */
async function killedAt(side: 'before' | 'after') {
  const env = { PRIVET_DATA: dataFolder(), LOG_LEVEL: 'warn' };
  const killed = runCommand(['serve'], { ...env, NODE_OPTIONS: `--import ${PRELOAD}`, KILL_AT: side });
  expect(await killed.ended).toBe('SIGKILL');
  return { env, shown: tokensIn(killed.stdout()) };
}

test('a kill before the first token is shown costs nothing: the next start shows one', async () => {
  const { env, shown } = await killedAt('before');
  expect(shown).toEqual([]);
  const next = await runService(env);
  await expect.poll(() => tokensIn(next.stdout())).toHaveLength(1);
  expect(await works(next.url, tokensIn(next.stdout())[0])).toBe(true);
});

test('a kill after it is shown costs nothing: it works, and so does another one that the next start shows', async () => {
  const { env, shown } = await killedAt('after');
  expect(shown).toHaveLength(1);
  const next = await runService(env);
  await expect.poll(() => tokensIn(next.stdout())).toHaveLength(1);
  for (const token of [...shown, ...tokensIn(next.stdout())]) expect(await works(next.url, token)).toBe(true);
});

import { join } from 'node:path';
import { expect, test } from 'vitest';
import { serve } from '../src/cli/cli.fixture.ts';
import { temporaryFolder } from '../src/storage/storage.fixture.ts';

test('a second service on the same data exits 1 and names the first, which answers every call meanwhile', async () => {
  const token = 'an-account-token-of-the-operators-own';
  const env = {
    PRIVET_DATA: join(temporaryFolder(), 'data'),
    PRIVET_ACCOUNT_TOKEN: token,
    PRIVET_RATE_LIMIT: '1000000',
    LOG_LEVEL: 'warn',
  };
  const first = serve(env);
  const url = await first.ready;
  const done = new AbortController();
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const calls = (async () => {
    const statuses = new Map<string, number>();
    for (let n = 0; !done.signal.aborted; n++) {
      const body = JSON.stringify({ query: `mutation { createInstance(name: "i${n}") { instance { name } } }` });
      const answer = await fetch(`${url}/graphql`, { method: 'POST', headers, body });
      const kind = `${answer.status} ${(await answer.text()).includes('"errors"') ? 'errors' : 'good'}`;
      statuses.set(kind, (statuses.get(kind) ?? 0) + 1);
      expect((await fetch(`${url}/health/ready`)).status).toBe(200);
    }
    return statuses;
  })();
  const others = [serve(env), serve({ ...env, PORT: new URL(url).port })];
  for (const other of others) {
    expect(await other.ended).toBe(1);
    expect(other.out).toEqual([]);
    expect(other.err).toEqual([expect.stringMatching(new RegExp(`is in use by process ${first.process.pid} on `))]);
  }
  done.abort();
  expect([...(await calls).keys()]).toEqual(['200 good']);
  expect([first.err, first.out.length, first.process.exitCode]).toEqual([[], 1, null]);
  first.process.kill('SIGTERM');
  expect(await first.ended).toBe(0);
});

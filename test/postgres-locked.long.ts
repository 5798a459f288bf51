import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../src/clock.ts';
import { openStorage } from '../src/storage/storage.ts';
import { makeDatabase } from './support/postgres.ts';

const LONG_MS = 12_000;

test('who reads a table that others have locked waits no longer because other tables are read meanwhile', async () => {
  const databaseUrl = await makeDatabase();
  await using storage = await openStorage({ dataDir: '', databaseUrl, masterKey: randomBytes(32) });
  const other = new Client(databaseUrl);
  await other.connect();
  onTestFinished(() => other.end());
  await other.query('begin; lock table outcomes in access exclusive mode');

  const end = new AbortController();
  const busy = (async () => {
    for (; !end.signal.aborted; await systemClock.sleep(100)) await storage.ping();
  })();
  const late = systemClock.sleep(LONG_MS, end.signal).then(
    () => 'still waits',
    () => undefined,
  );
  const told = await Promise.race([storage.outcomes.owners().catch((error: unknown) => error), late]);
  end.abort();
  await busy;
  expect(told).toMatchObject({ code: 'OVERLOADED', message: 'The database does not answer: try again later' });
}, 30_000);

import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { systemClock } from '../../clock.ts';
import { OperatorError } from '../../errors.ts';
import { acquireOwnership } from './owner.ts';
import { runModule, temporaryFolder } from '../storage.fixture.ts';
import { openStorage } from '../storage.ts';

const owner = (dataDir: string) =>
  runModule(`
    const { acquireOwnership } = await import(${JSON.stringify(new URL('./owner.ts', import.meta.url).href)});
    const { systemClock } = await import(${JSON.stringify(new URL('../../clock.ts', import.meta.url).href)});
    globalThis.ownership = await acquireOwnership(${JSON.stringify(dataDir)}, systemClock);
    console.log('owned');
    setInterval(() => {}, 1000);
  `);

test('a second process is refused, in a line that names the owner', async () => {
  const dataDir = temporaryFolder();
  const child = owner(dataDir);
  expect((await child.lines.next()).value).toBe('owned');
  const named = new RegExp(`is in use by process ${child.process.pid} on ${hostname()}, started at \\d{4}-`);
  await expect(acquireOwnership(dataDir, systemClock)).rejects.toThrow(named);
  await expect(acquireOwnership(dataDir, systemClock)).rejects.toThrow(OperatorError);
});

test('kill -9 of the owner frees the folder', async () => {
  const dataDir = temporaryFolder();
  const child = owner(dataDir);
  await child.lines.next();
  await child.kill();
  using ownership = await acquireOwnership(dataDir, systemClock);
  expect(ownership.held).toBe(true);
});

test('a second owner in the same process is refused too', async () => {
  const dataDir = temporaryFolder();
  using ownership = await acquireOwnership(dataDir, systemClock);
  await expect(acquireOwnership(dataDir, systemClock)).rejects.toThrow(`process ${process.pid}`);
  expect(ownership.held).toBe(true);
});

test('a refused process changes nothing for the owner', async () => {
  const dataDir = temporaryFolder();
  const child = owner(dataDir);
  await child.lines.next();
  for (let i = 0; i < 3; i++)
    await expect(acquireOwnership(dataDir, systemClock)).rejects.toThrow(`process ${child.process.pid}`);
});

test('disposing gives the folder back', async () => {
  const dataDir = temporaryFolder();
  const first = await acquireOwnership(dataDir, systemClock);
  first[Symbol.dispose]();
  first[Symbol.dispose]();
  expect(first.held).toBe(false);
  using second = await acquireOwnership(dataDir, systemClock);
  expect(second.held).toBe(true);
});

test('the storage can be opened beside an owner, as the command line does', async () => {
  const dataDir = temporaryFolder();
  const child = owner(dataDir);
  await child.lines.next();
  await using storage = await openStorage({ dataDir });
  await storage.ping();
});

test('a lock file that was removed while the database is open is waited for, so that its owner can make it anew', async () => {
  const dataDir = temporaryFolder();
  using first = await acquireOwnership(dataDir, systemClock);
  writeFileSync(join(dataDir, 'privet.db-wal'), '');
  for (const name of ['owner.db', 'owner.json']) rmSync(join(dataDir, name));
  const second = acquireOwnership(dataDir, systemClock);
  expect(first.held).toBe(false);
  expect(await first.renew()).toBe('renewed');
  await expect(second).rejects.toThrow(`process ${process.pid}`);
  expect([first.held, await first.renew()]).toEqual([true, 'held']);
});

test('whose lock file was removed and locked by another one has lost the folder, and leaves that one’s note alone', async () => {
  const dataDir = temporaryFolder();
  const first = await acquireOwnership(dataDir, systemClock);
  rmSync(join(dataDir, 'owner.db'));
  using second = await acquireOwnership(dataDir, systemClock);
  expect([await first.renew(), first.held, second.held]).toEqual(['lost', false, true]);
  first[Symbol.dispose]();
  expect(existsSync(join(dataDir, 'owner.json'))).toBe(true);
});

test('a lock file that is back before it is made anew is still this process’s own', async () => {
  const dataDir = temporaryFolder();
  using ownership = await acquireOwnership(dataDir, systemClock);
  const path = join(dataDir, 'owner.db');
  renameSync(path, `${path}.moved`);
  const renewed = ownership.renew();
  // By then a thread has looked for it, and nobody has heard of that yet.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
  renameSync(`${path}.moved`, path);
  expect([await renewed, ownership.held]).toEqual(['held', true]);
});

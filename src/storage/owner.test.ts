import { hostname } from 'node:os';
import { expect, test } from 'vitest';
import { OperatorError } from '../errors.ts';
import { acquireOwnership } from './owner.ts';
import { runModule, temporaryFolder } from './storage.fixture.ts';
import { openStorage } from './storage.ts';

const now = () => new Date();

const owner = (dataDir: string) =>
  runModule(`
    const { acquireOwnership } = await import(${JSON.stringify(new URL('./owner.ts', import.meta.url).href)});
    globalThis.ownership = acquireOwnership(${JSON.stringify(dataDir)}, new Date());
    console.log('owned');
    setInterval(() => {}, 1000);
  `);

test('a second process is refused, in a line that names the owner', async () => {
  const dataDir = temporaryFolder();
  const child = owner(dataDir);
  expect((await child.lines.next()).value).toBe('owned');
  const named = new RegExp(`is in use by process ${child.process.pid} on ${hostname()}, started at \\d{4}-`);
  expect(() => acquireOwnership(dataDir, now())).toThrow(named);
  expect(() => acquireOwnership(dataDir, now())).toThrow(OperatorError);
});

test('kill -9 of the owner frees the folder', async () => {
  const dataDir = temporaryFolder();
  const child = owner(dataDir);
  await child.lines.next();
  await child.kill();
  using ownership = acquireOwnership(dataDir, now());
  expect(ownership.held).toBe(true);
});

test('a second owner in the same process is refused too', () => {
  const dataDir = temporaryFolder();
  using ownership = acquireOwnership(dataDir, now());
  expect(() => acquireOwnership(dataDir, now())).toThrow(`process ${process.pid}`);
  expect(ownership.held).toBe(true);
});

test('a refused process changes nothing for the owner', async () => {
  const dataDir = temporaryFolder();
  const child = owner(dataDir);
  await child.lines.next();
  for (let i = 0; i < 3; i++) expect(() => acquireOwnership(dataDir, now())).toThrow(`process ${child.process.pid}`);
});

test('disposing gives the folder back', () => {
  const dataDir = temporaryFolder();
  const first = acquireOwnership(dataDir, now());
  first[Symbol.dispose]();
  first[Symbol.dispose]();
  expect(first.held).toBe(false);
  using second = acquireOwnership(dataDir, now());
  expect(second.held).toBe(true);
});

test('the storage can be opened beside an owner, as the command line does', async () => {
  const dataDir = temporaryFolder();
  const child = owner(dataDir);
  await child.lines.next();
  await using storage = await openStorage({ dataDir });
  await storage.ping();
});

import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { backUp, type BackupOptions } from './backup.ts';
import { restoreBackup, type RestoreOptions } from './restore.ts';
import { temporaryFolder } from '../storage.fixture.ts';
import { openStorage } from '../storage.ts';

export const warn = (message: string): never => expect.unreachable(message);
/** Of a module beside this one, as source text. */
export const moduleUrl = (name: string): string => JSON.stringify(new URL(name, import.meta.url).href);

/** One account with the label, and an instance whose credentials it is too. */
export const add = async (dataDir: string, label: string): Promise<void> => {
  await using storage = await openStorage({ dataDir });
  const { id } = await storage.accounts.create({ label });
  const instance = await storage.instances.insert({ accountId: id, name: 'x', wanted: 'stopped', state: 'UNPAIRED' });
  await storage.credentials.save(instance.id, label);
};
export const folderWith = async (label: string): Promise<string> => {
  const dataDir = join(temporaryFolder(), 'data');
  await add(dataDir, label);
  return dataDir;
};

/** The accounts' labels; each instance's credentials have opened. */
export const labels = async (dataDir: string): Promise<string[]> => {
  await using storage = await openStorage({ dataDir });
  const accounts = await storage.accounts.list();
  for (const { id, label } of accounts) {
    const instance = await storage.instances.find(id, 'x');
    expect(await storage.credentials.load(instance?.id ?? '')).toBe(label);
  }
  return accounts.map((account) => account.label);
};

export const back = (dataDir: string, file: string, options: Partial<BackupOptions> = {}) =>
  backUp({ dataDir, file, force: false, warn, ...options });
export const restore = (dataDir: string, file: string, options: Partial<RestoreOptions> = {}) =>
  restoreBackup({ dataDir, file, force: false, warn, now: new Date(), ...options });
export const inTemporary = (name: string): string => join(temporaryFolder(), name);
export const copyKey = (from: string, to: string): void => {
  mkdirSync(to, { recursive: true, mode: 0o700 });
  copyFileSync(join(from, 'encryption.key'), join(to, 'encryption.key'));
};

/** For all the kills of one test. */
export const CUT_MS = 120_000;

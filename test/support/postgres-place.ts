import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

export const POSTGRES_USER = 'privet';
/** Of the tests' own Postgres. No secret, but one that a scan of logs finds. */
export const POSTGRES_PASSWORD = 'canary-of-the-database';

/** The first process of the server in that folder; undefined where none was started. */
export const postmaster = async (folder: string): Promise<number | undefined> => {
  const text = await readFile(join(folder, 'data', 'postmaster.pid'), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : Number(text.split('\n')[0]);
};

export const isThere = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

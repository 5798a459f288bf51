import { execFile } from 'node:child_process';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';

const run = promisify(execFile);

/** By what the primary knows its standby. */
export const STANDBY = 'standby';

/** What is of the primary's run, or comes to the standby by itself. */
const LEFT_OUT = new Set(['postmaster.pid', 'postmaster.opts', 'pg_wal']);

export const conninfoOf = (url: string): string => {
  const { hostname, port, username, password } = new URL(url);
  return `host=${hostname} port=${port} user=${username} password=${password} application_name=${STANDBY}`;
};

/** Makes of the data of a server that runs what another one starts on as its standby. */
export async function copyOf(url: string, from: string, to: string): Promise<void> {
  const client = new Client(url);
  await client.connect();
  try {
    await client.query(`select pg_backup_start('${STANDBY}', fast => true)`);
    // With its owner: who runs the tests may not be who runs the server.
    await mkdir(to);
    for (const name of await readdir(from)) {
      if (!LEFT_OUT.has(name)) await run('cp', ['-a', join(from, name), to]);
    }
    const { rows } = await client.query<{ labelfile: string }>(
      'select labelfile from pg_backup_stop(wait_for_archive => false)',
    );
    const wal = join(to, 'pg_wal');
    await mkdir(wal, { mode: 0o700 });
    await writeFile(join(to, 'backup_label'), rows[0]?.labelfile ?? '');
    await writeFile(join(to, 'standby.signal'), '');
    const files = [to, wal, join(to, 'backup_label'), join(to, 'standby.signal')];
    await run('chown', [`--reference=${from}`, ...files]);
    await run('chmod', [`--reference=${from}`, to]);
  } finally {
    await client.end();
  }
}

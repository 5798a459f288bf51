import { resolve } from 'node:path';
import { systemClock } from '../../clock.ts';
import { backUp } from '../../storage/sqlite/backup.ts';
import { keyFilePath } from '../../storage/sealing/key-file.ts';
import { restoreBackup } from '../../storage/sqlite/restore.ts';
import { OperatorError } from '../../errors.ts';
import { type AdminSettings, adminSettings } from './admin.ts';
import type { Command } from '../command.ts';

const keyIs = ({ dataDir, masterKey }: { dataDir: string; masterKey: Uint8Array | undefined }): string =>
  masterKey ? 'PRIVET_ENCRYPTION_KEY' : keyFilePath(dataDir);

/** @throws OperatorError on Postgres, which has tools of its own for that. */
const requireFolder = ({ databaseUrl }: AdminSettings, how: string): void => {
  if (databaseUrl === undefined) return;
  throw new OperatorError(
    `The database is one of Postgres, whose own tools do that: ${how}. PRIVET_ENCRYPTION_KEY is not in a dump, and is needed to use it: keep it too, in another place`,
  );
};

const backup: Command = {
  name: 'backup',
  help: `Copies the database to one file, while the service runs. One of Postgres is a matter of pg_dump.
The copy is checked, and the file appears whole or not at all. The encryption key is not in it, and is needed to use it:
keep a copy of the key elsewhere.`,
  options: [{ name: 'force', help: 'Replace a file that is there' }],
  positionals: ['file'],
  async run({ options, positionals: [file = ''] }, io) {
    const settings = adminSettings(io);
    requireFolder(settings, `pg_dump --format=custom --file=${file} "$DATABASE_URL", while the service runs`);
    const bytes = await backUp({ ...settings, file, force: options.has('force') });
    io.say(`Backed up to ${resolve(file)} (${Math.ceil(bytes / 1024)} KiB)`);
    io.say(`The key is not in it, and is needed to use it: keep ${keyIs(settings)} too, in another place`);
  },
};

const restore: Command = {
  name: 'restore',
  help: `Puts a backup into the place of the database; the service must be stopped. On Postgres pg_restore does that.
Its key must be there first: as the key file in the data folder, or in PRIVET_ENCRYPTION_KEY. One that opens with a key
that "privet keys rotate" kept in the data folder is taken too, and is under the present key then.
All is as it was at the time of the backup: tokens that were revoked since work again, instances that were linked since
have to be linked anew.`,
  options: [{ name: 'force', help: 'Replace the database that is there, and keep it under another name' }],
  positionals: ['file'],
  async run({ options, positionals: [file = ''] }, io) {
    const settings = adminSettings(io);
    requireFolder(
      settings,
      `with the service stopped, pg_restore --clean --if-exists --single-transaction --dbname="$DATABASE_URL" ${file}`,
    );
    const now = new Date(systemClock.now());
    const { aside, rewrapped } = await restoreBackup({ ...settings, file, force: options.has('force'), now });
    io.say(`Restored ${resolve(file)}; start the service`);
    if (rewrapped) io.say(`It was made under an older key, and is under ${keyIs(settings)} now`);
    if (aside !== undefined) io.say(`The database that was there is kept as ${aside}`);
    io.say('Tokens that were revoked since the backup work again: see "privet token list"');
  },
};

export const backupCommands: readonly Command[] = [backup, restore];

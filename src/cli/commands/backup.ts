import { resolve } from 'node:path';
import { Command } from '@commander-js/extra-typings';
import { systemClock } from '../../clock.ts';
import { OperatorError } from '../../errors.ts';
import { backUp } from '../../storage/sqlite/backup.ts';
import { keyFilePath } from '../../storage/sealing/key-file.ts';
import { restoreBackup } from '../../storage/sqlite/restore.ts';
import type { CommandIo } from '../io.ts';
import { type AdminSettings, adminSettings } from './admin.ts';

const keyIs = ({ dataDir, masterKey }: { dataDir: string; masterKey: Uint8Array | undefined }): string =>
  masterKey ? 'PRIVET_ENCRYPTION_KEY' : keyFilePath(dataDir);

/** @throws OperatorError on Postgres, which has tools of its own for that. */
const requireFolder = ({ databaseUrl }: AdminSettings, how: string): void => {
  if (databaseUrl === undefined) return;
  throw new OperatorError(
    `The database is one of Postgres, whose own tools do that: ${how}. PRIVET_ENCRYPTION_KEY is not in a dump, and is needed to use it: keep it too, in another place`,
  );
};

export const backupCommand = (io: CommandIo) =>
  new Command('backup')
    .description(
      `Copies the database to one file, while the service runs.
On Postgres pg_dump does that. The copy is checked, and the file appears whole or not at all. The encryption key is not in it, and is needed to use it: keep a copy of the key elsewhere.`,
    )
    .argument('<file>')
    .option('--force', 'Replace a file that is there')
    .action(async (file, { force = false }) => {
      const settings = adminSettings(io);
      requireFolder(settings, `pg_dump --format=custom --file=${file} "$DATABASE_URL", while the service runs`);
      const bytes = await backUp({ ...settings, file, force });
      io.say(`Backed up to ${resolve(file)} (${Math.ceil(bytes / 1024)} KiB)`);
      io.say(`The key is not in it, and is needed to use it: keep ${keyIs(settings)} too, in another place`);
    });

export const restoreCommand = (io: CommandIo) =>
  new Command('restore')
    .description(
      `Puts a backup into the place of the database; the service must be stopped.
On Postgres pg_restore does that. Its key must be there first: as the key file in the data folder, or in PRIVET_ENCRYPTION_KEY. One that opens with a key that "privet keys rotate" kept in the data folder is taken too, and is under the present key then.
All is as it was at the time of the backup: tokens that were revoked since work again, instances that were linked since have to be linked anew.`,
    )
    .argument('<file>')
    .option('--force', 'Replace the database that is there, and keep it under another name')
    .action(async (file, { force = false }) => {
      const settings = adminSettings(io);
      requireFolder(
        settings,
        `with the service stopped, pg_restore --clean --if-exists --single-transaction --dbname="$DATABASE_URL" ${file}`,
      );
      const now = new Date(systemClock.now());
      const { aside, rewrapped } = await restoreBackup({ ...settings, file, force, now });
      io.say(`Restored ${resolve(file)}; start the service`);
      if (rewrapped) io.say(`It was made under an older key, and is under ${keyIs(settings)} now`);
      if (aside !== undefined) io.say(`The database that was there is kept as ${aside}`);
      io.say('Tokens that were revoked since the backup work again: see "privet token list"');
    });

import { Command } from '@commander-js/extra-typings';
import { systemClock } from '../../clock.ts';
import { OperatorError } from '../../errors.ts';
import { keyFilePath } from '../../storage/sealing/key-file.ts';
import { rotateMasterKey } from '../../storage/sqlite/key-rotation.ts';
import type { CommandIo } from '../io.ts';
import { UsageError } from '../usage-error.ts';
import { adminSettings } from './admin.ts';

const rotate = (io: CommandIo) =>
  new Command('rotate')
    .description(
      `Seals the database under a new encryption key; a service that runs goes on.
A key file is replaced by one with a new key. With PRIVET_NEW_ENCRYPTION_KEY that key is the new one: set it as PRIVET_ENCRYPTION_KEY before the next start. Cut short, run it again with the same variables.
The old key opens nothing any more but backups made before. A key file's old key is kept for them, until you delete it; one from PRIVET_ENCRYPTION_KEY is yours to keep.
Who has both the old key and a copy of the database from its time can still read that copy, and what is sealed later: then link anew in a new data folder.`,
    )
    .option('--to-key-file', 'From PRIVET_ENCRYPTION_KEY to a key file with a new key, in the data folder')
    .action(async ({ toKeyFile = false }) => {
      const { dataDir, databaseUrl, masterKey, newMasterKey, warn } = adminSettings(io);
      if (databaseUrl !== undefined) {
        if (toKeyFile || !masterKey || !newMasterKey) {
          throw new UsageError('A database of Postgres has no key file: set PRIVET_NEW_ENCRYPTION_KEY to the new key');
        }
        const { rotateServerKey } = await import('../../storage/postgres/key-rotation.ts');
        const isNew = await rotateServerKey({ url: databaseUrl, masterKey, newMasterKey, clock: systemClock });
        io.say(whatIsDone(isNew));
        io.say('Dumps made before need the old key: keep it, or make a new dump');
        return;
      }
      if (toKeyFile && newMasterKey) {
        throw new UsageError('--to-key-file makes a key by itself: unset PRIVET_NEW_ENCRYPTION_KEY');
      }
      if (masterKey && !newMasterKey && !toKeyFile) {
        throw new UsageError(
          'The key comes from PRIVET_ENCRYPTION_KEY: set PRIVET_NEW_ENCRYPTION_KEY to the new one, or give --to-key-file',
        );
      }
      const { changed, keptOldKey, emptiedLog } = await rotateMasterKey({ dataDir, masterKey, newMasterKey, warn });
      if (!changed && masterKey && toKeyFile) {
        // Either an earlier rotation was interrupted at its very end, or the key is wrong: both look alike.
        throw new OperatorError(
          `Nothing is changed: the database is under the key in ${keyFilePath(dataDir)} already, and PRIVET_ENCRYPTION_KEY does not open it: unset it before the next start`,
        );
      }
      io.say(newMasterKey ? whatIsDone(changed) : `The database is sealed under a new key, in ${keyFilePath(dataDir)}`);
      if (masterKey && toKeyFile) io.say('Unset PRIVET_ENCRYPTION_KEY before the next start');
      io.say(
        keptOldKey === undefined
          ? 'Backups made before need the old key: keep it, or make a new backup'
          : `Backups made before need the old key: it is kept in ${keptOldKey}; delete it when you have a new backup`,
      );
      if (!emptiedLog) warn('What the old key opened is in the database’s log until the service has written some more');
    });

const whatIsDone = (changed: boolean): string => {
  const done = changed ? 'The database is sealed' : 'Nothing is changed: the database is already sealed';
  return `${done} under the key of PRIVET_NEW_ENCRYPTION_KEY: set it as PRIVET_ENCRYPTION_KEY before the next start`;
};

export const keysCommand = (io: CommandIo) =>
  new Command('keys').description('The key that the database is sealed under.').addCommand(rotate(io));

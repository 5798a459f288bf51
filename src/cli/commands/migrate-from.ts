import { resolve } from 'node:path';
import { Command } from '@commander-js/extra-typings';
import { systemClock } from '../../clock.ts';
import type { MovedRows } from '../../storage/postgres/move-in.ts';
import type { CommandIo } from '../io.ts';
import { UsageError } from '../usage-error.ts';
import { table } from '../output.ts';
import { adminSettings } from './admin.ts';

const whatMoved = (moved: MovedRows): string =>
  table(
    ['WHAT', 'HOW MANY'],
    [
      ['accounts', String(moved.accounts)],
      ['tokens', String(moved.tokens)],
      ['instances', String(moved.instances)],
      ['linked instances', String(moved.credentials)],
      ['logins that were set aside', String(moved.archives)],
      ['outcomes of calls', String(moved.outcomes)],
    ],
  );

export const migrateFromCommand = (io: CommandIo) =>
  new Command('migrate-from')
    .description(
      `Moves all that a data folder holds into the empty database of Postgres that DATABASE_URL names.
The service must be stopped. PRIVET_ENCRYPTION_KEY is the folder's key: what its encryption.key holds, where it has one. All stays sealed as it is, so linked instances and tokens go on. Cut short, run it again before you start a service: all was moved or nothing, and it does what is left.
The folder is left as it is, and the service no longer starts on it: its instances would be the same devices twice.`,
    )
    .argument('<folder>')
    .action(async (folder) => {
      const { databaseUrl: url, masterKey, warn } = adminSettings(io);
      if (url === undefined || !masterKey) throw new UsageError('DATABASE_URL must name the database to move into');
      const dataDir = resolve(folder);
      const { moveIn } = await import('../../storage/postgres/move-in.ts');
      const moved = await moveIn({ dataDir, url, masterKey, clock: systemClock, warn });
      if (moved) {
        io.say(`Moved from ${dataDir}:`);
        io.say(whatMoved(moved));
      } else {
        io.say(
          `What ${dataDir} holds was moved to this database before, so nothing is copied: the folder is marked now`,
        );
        io.say('Where a service ran on it since, what that stored is in the folder alone');
      }
      io.say('Start the service with the same DATABASE_URL and PRIVET_ENCRYPTION_KEY');
      io.say(`Keep ${dataDir} as a backup until you have a dump, then delete it: no service starts on it any more`);
    });

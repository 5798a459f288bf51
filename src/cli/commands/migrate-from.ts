import { resolve } from 'node:path';
import { Command } from '@commander-js/extra-typings';
import { systemClock } from '../../clock.ts';
import type { CommandIo } from '../io.ts';
import { UsageError } from '../usage-error.ts';
import { table } from '../output.ts';
import { adminSettings } from './admin.ts';

export const migrateFromCommand = (io: CommandIo) =>
  new Command('migrate-from')
    .description(
      `Moves all that a data folder holds into the empty database of Postgres that DATABASE_URL names.
The service must be stopped. PRIVET_ENCRYPTION_KEY is the folder's key: what its encryption.key holds, where it has one. All stays sealed as it is, so linked instances and tokens go on. Cut short, nothing is moved: run it again.
The folder is left as it is, and the service no longer starts on it: its instances would be the same devices twice.`,
    )
    .argument('<folder>')
    .action(async (folder) => {
      const { databaseUrl: url, masterKey, warn } = adminSettings(io);
      if (url === undefined || !masterKey) throw new UsageError('DATABASE_URL must name the database to move into');
      const dataDir = resolve(folder);
      const { moveIn } = await import('../../storage/postgres/move-in.ts');
      const moved = await moveIn({ dataDir, url, masterKey, clock: systemClock, warn });
      io.say(`Moved from ${dataDir}:`);
      io.say(
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
        ),
      );
      io.say('Start the service with the same DATABASE_URL and PRIVET_ENCRYPTION_KEY');
      io.say(`Keep ${dataDir} as a backup until you have a dump, then delete it: no service starts on it any more`);
    });

import { type Kysely, sql } from 'kysely';
import { DEFAULT_MIGRATION_TABLE, type Migration } from 'kysely/migration';
import { migrateWith } from '../../dialects/migrate.ts';
import type { Sealer } from '../../sealing/seal.ts';
import { up as first } from './001-first.ts';
import { up as outcomes } from './002-outcomes.ts';
import { up as revisions } from './003-revisions.ts';
import { up as retryAt } from './004-retry-at.ts';
import { keyOutcomes } from './005-keyed-outcomes.ts';
import { up as tokenFamilies } from './006-token-families.ts';
import { up as hasCredentials } from './007-has-credentials.ts';
import { packKeys } from './008-packed-keys.ts';
import { up as epochs } from './009-epochs.ts';
import { up as outcomeCallers } from './010-outcome-callers.ts';
import { up as instanceStates } from './011-instance-states.ts';
import { up as deletedWithOthers } from './012-deleted-with-others.ts';
import { up as observedSettings } from './013-observed-settings.ts';

/** Applied in the order of their names. One that was released is never edited or renamed: add the next instead. */
const migrations = (sealer: Sealer | undefined): Readonly<Record<string, Migration>> => ({
  '001-first': { up: first },
  '002-outcomes': { up: outcomes },
  '003-revisions': { up: revisions },
  '004-retry-at': { up: retryAt },
  '005-keyed-outcomes': { up: keyOutcomes(sealer) },
  '006-token-families': { up: tokenFamilies },
  '007-has-credentials': { up: hasCredentials },
  '008-packed-keys': { up: packKeys(sealer) },
  '009-epochs': { up: epochs },
  '010-outcome-callers': { up: outcomeCallers },
  '011-instance-states': { up: instanceStates },
  '012-deleted-with-others': { up: deletedWithOthers },
  '013-observed-settings': { up: observedSettings },
});

/** `sealer` is that of the database's own keys; undefined where it has none yet. */
export const migrate = async <T>(db: Kysely<T>, sealer: Sealer | undefined): Promise<boolean> => {
  const { rows } = await sql`select 1 from sqlite_schema where name = ${DEFAULT_MIGRATION_TABLE}`.execute(db);
  return migrateWith(db, migrations(sealer), rows.length > 0);
};

import type { Kysely } from 'kysely';
import type { Clock } from '../../clock.ts';
import type { Tables } from '../schema.ts';
import { type Hits, SharedHits } from './hits.ts';
import { createLogins, type Logins } from './logins.ts';
import { createOpenStreams, type OpenStreams } from './open-streams.ts';

/** What the nodes of one database count together. A file has no such thing: its one process counts in memory. */
export interface Shared {
  readonly hits: Hits;
  readonly streams: OpenStreams;
  readonly logins: Logins;
}

export const createShared = (db: Kysely<Tables>, clock: Clock): Shared => ({
  hits: new SharedHits(db, clock),
  streams: createOpenStreams(db, clock),
  logins: createLogins(db),
});

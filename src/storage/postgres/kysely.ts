import { HandleEmptyInListsPlugin, Kysely, PostgresDialect, replaceWithNoncontingentExpression } from 'kysely';
import type { ClientConfig } from 'pg';
import type { Clock } from '../../clock.ts';
import type { Contention } from '../dialects/contention.ts';
import type { Tables } from '../schema.ts';
import { PatientPool } from './pool.ts';

export interface ConnectOptions {
  readonly clock: Clock;
  readonly contention: Contention;
  /** How many connections at the most; the pool's own bound where nothing is said. */
  readonly most?: number;
  /** Ends the connections at once, whatever they wait for. */
  readonly cut?: AbortSignal;
}

export const connect = (config: ClientConfig, { clock, contention, most, cut }: ConnectOptions): Kysely<Tables> =>
  new Kysely<Tables>({
    dialect: new PostgresDialect({ pool: new PatientPool(config, clock, contention, { most, cut }) }),
    // "in ()", which SQLite takes for what is never true, is wrong to Postgres.
    plugins: [new HandleEmptyInListsPlugin({ strategy: replaceWithNoncontingentExpression })],
  });

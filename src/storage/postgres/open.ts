import { type Kysely, sql } from 'kysely';
import type { Clock } from '../../clock.ts';
import { OperatorError } from '../../errors.ts';
import { BUSY_MS, Contention } from '../dialects/contention.ts';
import { createNodeStore } from '../nodes/postgres-nodes.ts';
import { createWhereabouts } from '../nodes/whereabouts.ts';
import { type Database, inTransaction } from '../database.ts';
import type { Tables } from '../schema.ts';
import { createShared } from '../nodes/shared.ts';
import { insertKeyring, type Keyring } from '../sealing/keyring.ts';
import type { Warn } from '../sqlite/data-folder.ts';
import { connectionConfig, LOCK_CLASS, placeOf, unusable } from './connection.ts';
import { ConnectionLost } from './faults.ts';
import { openKeyring } from './keyring.ts';
import { connect } from './kysely.ts';
import { migrate } from './migrations/index.ts';
import { patiently } from './patient.ts';

export interface ServerOptions {
  readonly url: string;
  readonly masterKey: Uint8Array;
  readonly clock: Clock;
  readonly warn: Warn;
  /** Whether an empty database becomes the service's own. */
  readonly makesDatabase: boolean;
  /** Aborted: it is not to be opened any more. */
  readonly signal?: AbortSignal | undefined;
}

/** So many connections are for what nodes share: limits, turns to log in, and which instances a node takes. */
const FOR_NODES = 2;

/** Opens a database of a Postgres server, or makes an empty one ready. */
export const openServer = async (options: ServerOptions): Promise<Database> => {
  const { url, clock, warn } = options;
  const place = placeOf(url);
  const contention = new Contention(clock, {
    onLong: () => warn(`The database ${place} has not answered for ${BUSY_MS / 1000} s: what needs it fails`),
    onFull: () => warn(`The disk of the database ${place} is full: what has to be written fails until there is room`),
  });
  const keyring = await prepared(options, contention);
  const cut = new AbortController();
  const db = connect(connectionConfig(url), { clock, contention, cut: cut.signal });
  // What all calls of all nodes need waits for no write of an instance that waits itself.
  const beside = (most: number) =>
    connect(connectionConfig(url), { clock, contention: new Contention(clock), most, cut: cut.signal });
  const ofNodes = beside(FOR_NODES);
  // A count of all instances may take until it is ended, which says nothing of the database: nothing else waits for it.
  const counting = beside(1);
  const nodes = createNodeStore(ofNodes, counting, url, clock);
  return {
    db,
    keyring,
    shared: createShared(ofNodes, clock),
    nodes,
    whereabouts: createWhereabouts(db),
    get isBusy() {
      return contention.isBusy;
    },
    async probe() {
      await db
        .updateTable('keyring')
        .set((row) => ({ created_at: row.ref('created_at') }))
        .execute();
    },
    async ping() {
      await db.selectFrom('keyring').select('id').executeTakeFirstOrThrow();
    },
    inTurn: (work) =>
      inTransaction(db, async (tx) => {
        await sql`select pg_advisory_xact_lock(${sql.lit(LOCK_CLASS + 3)}, hashtext(current_schema()))`.execute(tx);
        return work();
      }),
    giveUp: () => cut.abort(new ConnectionLost('The service ends')),
    async [Symbol.asyncDispose]() {
      await nodes[Symbol.asyncDispose]();
      await counting.destroy();
      await ofNodes.destroy();
      await db.destroy();
    },
  };
};

const prepared = async (options: ServerOptions, contention: Contention): Promise<Keyring> => {
  try {
    return await patiently(options, contention, (tx) => prepare(tx, options));
  } catch (cause) {
    options.signal?.throwIfAborted();
    throw unusable(options.url, cause);
  }
};

/** Migrates and opens the keyring, in one transaction: with a wrong key nothing is changed. */
const prepare = async (tx: Kysely<Tables>, options: ServerOptions): Promise<Keyring> => {
  const { masterKey, makesDatabase, clock, url } = options;
  await requireVersion(tx);
  await lockForPreparing(tx);
  const opened = await openKeyring(tx, masterKey);
  if (!opened && !makesDatabase) {
    throw new OperatorError(
      `The database ${placeOf(url)} is not the service's: DATABASE_URL must name it ("privet account create" makes a new one)`,
    );
  }
  await migrate(tx);
  return opened ?? insertKeyring(tx, masterKey, clock.now());
};

/** One at a time, or two first starts would each make keys. It is of the transaction, and of the schema. */
export const lockForPreparing = async (tx: Kysely<Tables>): Promise<void> => {
  await sql`select pg_advisory_xact_lock(${sql.lit(LOCK_CLASS + 1)}, hashtext(current_schema()))`.execute(tx);
};

const OLDEST = 14;

/** @throws OperatorError for a server that lacks what the service needs */
export const requireVersion = async (db: Kysely<Tables>): Promise<void> => {
  const { rows } = await sql<{ version: number }>`
    select current_setting('server_version_num')::int / 10000 as version`.execute(db);
  const version = rows[0]?.version ?? 0;
  if (version < OLDEST)
    throw new OperatorError(`The database is Postgres ${version}: version ${OLDEST} or later is needed`);
};

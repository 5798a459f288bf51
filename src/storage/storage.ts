import type { KeyObject } from 'node:crypto';
import { type Clock, systemClock } from '../clock.ts';
import { OperatorError } from '../errors.ts';
import type { Warn } from './sqlite/data-folder.ts';
import { guarded } from './errors.ts';
import type { Database } from './database.ts';
import type { Shared } from './nodes/shared.ts';
import type { NodeStore } from './nodes/node-store.ts';
import type { ServerOptions } from './postgres/open.ts';
import type { Whereabouts } from './nodes/whereabouts.ts';
import type { Ownership } from './dialects/ownership.ts';
import { acquireOwnership as ownFolder } from './sqlite/owner.ts';
import { openFolder } from './sqlite/open.ts';
import { createRepositories, type Repositories, transact, type Transaction } from './repositories.ts';

/** All that outlives the process. A promise that resolves means that it is on disk. */
export interface Storage extends Repositories, AsyncDisposable {
  /** Stores what `work` writes through `tx` together, or nothing of it where it rejects. All else waits for it. */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  /** What all nodes count together; undefined where one process has the data for itself. */
  readonly shared: Shared | undefined;
  /** For the keyed hashes of the API tokens. */
  readonly tokenKey: KeyObject;
  /** What the nodes of a database share; undefined where it is a file, which one process serves. */
  readonly nodes?: NodeStore | undefined;
  /** Where several nodes may serve the database; undefined where it is in a data folder. */
  readonly whereabouts?: Whereabouts | undefined;
  /** Another process has the database locked, as was seen a moment ago: what can wait is better not written now. */
  readonly isBusy: boolean;
  /** Writes what is there already: rejects where nothing can be stored, as on a full disk. */
  probe(): Promise<void>;
  /** Resolves when the database answers, and is still the file of its name. */
  ping(): Promise<void>;
  /** Does the work while no other process does this one, where several may serve the database. */
  inTurn<T>(work: () => Promise<T>): Promise<T>;
  /** Fails at once what still waits for the server of the database, and all that is asked for from then on. */
  giveUp(): void;
}

export interface StorageOptions {
  readonly dataDir: string;
  /** Of Postgres. Undefined: SQLite, in the data folder. */
  readonly databaseUrl?: string | undefined;
  /** 32 bytes of the operator's own; undefined: the key file in the data folder, made with a new database there. */
  readonly masterKey?: Uint8Array | undefined;
  /** Whether an empty database of a server becomes the service's own, as it does by default. */
  readonly makesDatabase?: boolean | undefined;
  readonly clock?: Clock | undefined;
  readonly warn?: Warn | undefined;
  /** Of who serves the data: instances are taken only while the lock is held. */
  readonly owner?: Pick<Ownership, 'isHeldIn'> | undefined;
  /** Given: the database is checked first, and mended where it can be. Hears what was found; the service goes on. */
  readonly onDamage?: ((message: string) => void) | undefined;
  /** Aborted: it is not to be opened any more, so nothing is waited for. */
  readonly signal?: AbortSignal | undefined;
}

/** A server's database is opened by what is only loaded then. */
const openServer = async ({
  masterKey,
  ...options
}: Omit<ServerOptions, 'masterKey'> & Pick<StorageOptions, 'masterKey'>): Promise<Database> => {
  if (!masterKey)
    throw new OperatorError('PRIVET_ENCRYPTION_KEY is needed, since a database of Postgres has no key file');
  const postgres = await import('./postgres/open.ts');
  return postgres.openServer({ ...options, masterKey });
};

/**
 * Opens the database of a data folder or of a server, or makes it. Several processes may have it open (the command line beside the
 * service); who serves it is a matter of `acquireOwnership`.
 * @throws OperatorError for what the operator has to mend: the folder, the key, a damaged or newer database; the signal's
 * reason.
 */
export const openStorage = async (options: StorageOptions): Promise<Storage> => {
  const { dataDir, databaseUrl, masterKey, clock = systemClock, warn = () => {}, onDamage, signal } = options;
  const { makesDatabase = true } = options;
  const database =
    databaseUrl === undefined
      ? await openFolder({ dataDir, masterKey, clock, warn, onDamage, signal })
      : await openServer({ url: databaseUrl, masterKey, clock, warn, makesDatabase, signal });
  const { db } = database;
  const { sealer, tokenKey } = database.keyring;
  const over = (tx: typeof db): Repositories => createRepositories(tx, sealer, clock, options.owner);
  return {
    ...over(db),
    transaction: (work) => transact(db, over, work),
    tokenKey,
    shared: database.shared,
    nodes: database.nodes,
    whereabouts: database.whereabouts,
    get isBusy() {
      return database.isBusy;
    },
    probe: () => guarded('probe', () => database.probe()),
    ping: () => guarded('ping', () => database.ping()),
    inTurn: (work) => database.inTurn?.(work) ?? work(),
    giveUp: () => database.giveUp?.(),
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
};

/**
 * Makes this process the only one that serves the data.
 * @throws OperatorError naming the owner when there is one already.
 */
export const acquireOwnership = async ({
  dataDir,
  databaseUrl,
  clock = systemClock,
  warn = () => {},
}: StorageOptions): Promise<Ownership & (Disposable | AsyncDisposable)> => {
  if (databaseUrl === undefined) return ownFolder(dataDir, clock, warn);
  const postgres = await import('./postgres/owner.ts');
  return postgres.ownServer(databaseUrl, clock);
};

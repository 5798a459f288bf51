import type { Kysely } from 'kysely';
import { wasUndone } from './errors.ts';
import type { NodeStore } from './nodes/node-store.ts';
import type { Whereabouts } from './nodes/whereabouts.ts';
import type { Tables } from './schema.ts';
import type { Shared } from './nodes/shared.ts';
import type { Keyring } from './sealing/keyring.ts';

/** An open database, a file or on a server. Its tables are migrated, and its keyring is open. */
export interface Database extends AsyncDisposable {
  readonly db: Kysely<Tables>;
  readonly keyring: Keyring;
  /** Of a server's, which several nodes may have open. */
  readonly shared?: Shared | undefined;
  /** Where several nodes may serve it. */
  readonly nodes?: NodeStore | undefined;
  /** The same, for people. */
  readonly whereabouts?: Whereabouts | undefined;
  /** It was locked or away a moment ago: work that can wait should wait. */
  readonly isBusy: boolean;
  /** Writes a value that is there already. Rejects where nothing can be stored, as on a full disk. */
  probe(): Promise<void>;
  /** Resolves when it answers, and is still the one that was opened. */
  ping(): Promise<void>;
  /** Does the work while no other process does this one; a file is served by one process. */
  inTurn?<T>(work: () => Promise<T>): Promise<T>;
  /** Fails what still waits for a server; a file has no such thing. */
  giveUp?(): void;
}

/** A transaction. It is tried once more where the server rolled it back in favour of another one, as in a deadlock. */
export const transaction = async <T>(db: Kysely<Tables>, work: (tx: Kysely<Tables>) => Promise<T>): Promise<T> => {
  try {
    return await db.transaction().execute(work);
  } catch (error) {
    if (!wasUndone(error)) throw error;
    return db.transaction().execute(work);
  }
};

/** Runs `work` in a transaction: in the present one, or else in a new one. */
export const inTransaction = <T>(db: Kysely<Tables>, work: (tx: Kysely<Tables>) => Promise<T>): Promise<T> =>
  db.isTransaction ? work(db) : transaction(db, work);

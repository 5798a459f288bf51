import type { Kysely } from 'kysely';
import { wasUndone } from './errors.ts';
import type { Tables } from './schema.ts';
import type { Keyring } from './sealing/keyring.ts';

/** A database that is open, be it a file or a server: its tables are up to date, and its keys at hand. */
export interface Database extends AsyncDisposable {
  readonly db: Kysely<Tables>;
  readonly keyring: Keyring;
  /** It could not be had, as was seen a moment ago: what can wait is better not asked of it now. */
  readonly isBusy: boolean;
  /** Writes what is there already: rejects where nothing can be stored, as on a full disk. */
  probe(): Promise<void>;
  /** Resolves when it answers, and is still the one that was opened. */
  ping(): Promise<void>;
}

/** A transaction. One that a server undid for the sake of another one, as in a deadlock, is begun once more. */
export const transaction = async <T>(db: Kysely<Tables>, work: (tx: Kysely<Tables>) => Promise<T>): Promise<T> => {
  try {
    return await db.transaction().execute(work);
  } catch (error) {
    if (!wasUndone(error)) throw error;
    return db.transaction().execute(work);
  }
};

/** For what a repository writes in one piece: a transaction of its own, or its part of the one that it works in. */
export const inTransaction = <T>(db: Kysely<Tables>, work: (tx: Kysely<Tables>) => Promise<T>): Promise<T> =>
  db.isTransaction ? work(db) : transaction(db, work);

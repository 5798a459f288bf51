import type { Kysely } from 'kysely';
import type { Clock } from '../clock.ts';
import { type Accounts, createAccounts } from './accounts.ts';
import { type Archives, createArchives } from './archives.ts';
import { createCredentials, type Credentials } from './credentials.ts';
import { transaction } from './database.ts';
import { guarded } from './errors.ts';
import { createInstances, type Instances } from './instances.ts';
import { createOutcomes, type Outcomes } from './outcomes.ts';
import { createOwnedInstances, type Lock, type OwnedInstances } from './owned.ts';
import type { Tables } from './schema.ts';
import type { Sealer } from './sealing/seal.ts';
import { createObservedSettings, type ObservedSettings } from './settings/observed-settings.ts';
import { createSignalKeys, type SignalKeys } from './keys/signal-keys.ts';
import { createTokens, type Tokens } from './tokens.ts';

/** All that is stored, one repository a subject. */
export interface Repositories {
  readonly accounts: Accounts;
  readonly tokens: Tokens;
  readonly instances: Instances;
  readonly credentials: Credentials & Archives;
  readonly signalKeys: SignalKeys;
  readonly outcomes: Outcomes;
  readonly observedSettings: ObservedSettings;
  /** Instances, credentials, keys and settings again, for the run of the service that has taken an instance. */
  readonly owned: OwnedInstances;
}

/**
 * @param db the database, or one transaction
 * @param lock what instances are taken under
 */
export const createRepositories = (db: Kysely<Tables>, sealer: Sealer, clock: Clock, lock?: Lock): Repositories => ({
  accounts: createAccounts(db, clock),
  tokens: createTokens(db),
  instances: createInstances(db, sealer, clock),
  credentials: { ...createCredentials(db, sealer, clock), ...createArchives(db, sealer, clock) },
  signalKeys: createSignalKeys(db, sealer),
  outcomes: createOutcomes(db, sealer, () => clock.now()),
  observedSettings: createObservedSettings(db, sealer),
  owned: createOwnedInstances(db, sealer, clock, lock),
});

/** The repositories over one transaction: all that is written through them is stored together, or not at all. */
export interface Transaction extends Repositories {
  /** Runs once it is committed, in the order of asking; never where it was rolled back. Must not throw. */
  onCommit(hook: () => void): void;
}

/** A commit that fails may have been carried out. The hooks do not run then. */
export const transact = async <T>(
  db: Kysely<Tables>,
  repositoriesOver: (tx: Kysely<Tables>) => Repositories,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> => {
  let hooks: (() => void)[] = [];
  const onCommit = (hook: () => void): void => void hooks.push(hook);
  const result = await guarded('transaction', () =>
    transaction(db, (tx) => {
      hooks = [];
      return work({ ...repositoriesOver(tx), onCommit });
    }),
  );
  for (const hook of hooks) hook();
  return result;
};

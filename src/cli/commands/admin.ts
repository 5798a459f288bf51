import { existsSync } from 'node:fs';
import { createTokenService, type TokenService } from '../../access/tokens/token-service.ts';
import { configWarnings, createSettings } from '../../config/config.ts';
import { readEnv } from '../../config/env.ts';
import { OperatorError } from '../../errors.ts';
import { localId } from '../../graphql/global-id.ts';
import type { AccountRecord } from '../../storage/accounts.ts';
import { databasePath } from '../../storage/sqlite/database.ts';
import type { InstanceRecord } from '../../storage/instances.ts';
import { openStorage, type Storage } from '../../storage/storage.ts';
import type { CommandIo } from '../io.ts';
import { UsageError } from '../usage-error.ts';

export interface Admin {
  readonly storage: Storage;
  readonly tokens: TokenService;
}

/** The checked settings that a command on the database needs. */
export interface AdminSettings {
  readonly dataDir: string;
  /** Undefined: the database is in the data folder. */
  readonly databaseUrl: string | undefined;
  readonly masterKey: Uint8Array | undefined;
  readonly newMasterKey: Uint8Array | undefined;
  readonly warn: (message: string) => void;
}

export const adminSettings = (io: CommandIo): AdminSettings => {
  const env = readEnv(io.env);
  const { config, secrets } = createSettings(env);
  const warn = (message: string) => io.complain(`Warning: ${message}`);
  for (const warning of configWarnings(env)) warn(warning);
  const { databaseUrl, encryptionKey: masterKey, newEncryptionKey: newMasterKey } = secrets;
  return { dataDir: config.dataDir, databaseUrl, masterKey, newMasterKey, warn };
};

/**
 * Opens the database beside a service that may be running on it: without taking ownership. Where there is none it is most
 * likely another one than the service's, so only a command that begins with a new one makes it.
 */
export const withAdmin = async (
  io: CommandIo,
  work: (admin: Admin) => Promise<void>,
  options: { readonly makesDatabase?: boolean } = {},
): Promise<void> => {
  const settings = adminSettings(io);
  const { makesDatabase = false } = options;
  const path = databasePath(settings.dataDir);
  if (!makesDatabase && settings.databaseUrl === undefined && !existsSync(path)) {
    throw new OperatorError(
      `There is no database ${path}: PRIVET_DATA must name the service's data folder ("privet account create" makes a new one)`,
    );
  }
  await using storage = await openStorage({ ...settings, makesDatabase });
  await work({ storage, tokens: createTokenService({ storage }) });
};

/** The account that `--account` names by id or label; without the option, the only account. */
export const chosenAccount = async (storage: Storage, wanted: string | undefined): Promise<AccountRecord> => {
  const all = await storage.accounts.list();
  if (wanted === undefined) {
    const [first, ...others] = all;
    if (!first) throw new OperatorError('There is no account yet; see "privet account create --help"');
    if (others.length === 0) return first;
    throw new UsageError(`--account is needed, since there are ${all.length} ("privet account list" shows them)`);
  }
  const byId = all.find(({ id }) => id === localId('Account', wanted));
  if (byId) return byId;
  const [account, ...others] = wanted === '' ? [] : all.filter(({ label }) => label === wanted);
  if (!account) throw new OperatorError(`There is no account "${wanted}"; see "privet account list"`);
  if (others.length === 0) return account;
  const ids = [account, ...others].map(({ id }) => id).join(', ');
  throw new UsageError(`Several accounts have the label "${wanted}": --account must be the id of one of them, ${ids}`);
};

/** An instance of the account, by name or id, as in GraphQL. */
export const namedInstance = async (storage: Storage, accountId: string, wanted: string): Promise<InstanceRecord> => {
  const byName = await storage.instances.find(accountId, wanted);
  const instance = byName ?? (await storage.instances.get(localId('Instance', wanted)));
  if (instance?.accountId === accountId) return instance;
  throw new OperatorError(`The account has no instance "${wanted}"; see "privet instance list"`);
};

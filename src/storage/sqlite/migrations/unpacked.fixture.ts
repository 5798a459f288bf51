import { createHash } from 'node:crypto';
import { copyFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Migrator } from 'kysely/migration';
import { createKeyring } from '../../sealing/keyring.ts';
import type { Sealer } from '../../sealing/seal.ts';
import { connect, databasePath } from '../database.ts';
import { up as first } from './001-first.ts';
import { up as outcomes } from './002-outcomes.ts';
import { up as revisions } from './003-revisions.ts';
import { up as retryAt } from './004-retry-at.ts';
import { keyOutcomes } from './005-keyed-outcomes.ts';
import { up as tokenFamilies } from './006-token-families.ts';
import { up as hasCredentials } from './007-has-credentials.ts';

export const ACCOUNT = 'a';

/** The n-th device, and the text of its key: what Baileys stores, with other bytes for each. */
export const deviceName = (n: number): string => `device-${n}`;
export const keyText = (device: number, id: string): string => {
  const bytes = (part: string) => createHash('sha256').update(`${device} ${id} ${part}`).digest('base64');
  const buffer = (part: string) => ({ type: 'Buffer', data: bytes(part) });
  return JSON.stringify({ private: buffer('private'), public: buffer('public') });
};

export const KEY_IDS = (count: number): string[] => Array.from({ length: count }, (_, i) => String(i + 1));

/** Devices that are to run, with credentials that WhatsApp knows; else they are stopped, and have any. */
type CredentialsOf = (device: number) => string;

/** What the version before wrote: a database with devices of so many pre-keys and one session, each key in two rows. */
export const unpackedDatabase = async (
  dataDir: string,
  devices: number,
  keys: number,
  credentialsOf?: CredentialsOf,
): Promise<Sealer> => {
  await using db = connect(databasePath(dataDir));
  const earlier = {
    '001-first': { up: first },
    '002-outcomes': { up: outcomes },
    '003-revisions': { up: revisions },
    '004-retry-at': { up: retryAt },
    '005-keyed-outcomes': { up: keyOutcomes(undefined) },
    '006-token-families': { up: tokenFamilies },
    '007-has-credentials': { up: hasCredentials },
  };
  const migrator = new Migrator({ db, provider: { getMigrations: () => Promise.resolve(earlier) } });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
  const { sealer } = await createKeyring(db, { dataDir, warn: () => {} }, 1);

  using raw = new DatabaseSync(databasePath(dataDir));
  raw.exec('begin');
  raw.prepare(`insert into accounts values (?, '', 1)`).run(ACCOUNT);
  const add = {
    instance: raw.prepare(`insert into instances (id, account_id, name, wanted, state, state_since, created_at,
      credentials_revision, keys_revision, has_credentials) values (?, ?, ?, ?, 'OPEN', 1, 1, 1, 1, 1)`),
    credentials: raw.prepare('insert into credentials values (?, ?, 1)'),
    key: raw.prepare('insert into signal_keys values (?, ?, ?, ?)'),
    revision: raw.prepare('insert into signal_key_revisions values (?, ?, ?, 1)'),
  };
  for (let n = 0; n < devices; n += 1) {
    const instance = deviceName(n);
    add.instance.run(instance, ACCOUNT, instance, credentialsOf ? 'running' : 'stopped');
    const place = { account: ACCOUNT, instance, revision: 1 };
    const credentials = credentialsOf?.(n) ?? `login of ${instance}`;
    add.credentials.run(instance, sealer.sealText({ ...place, type: 'credentials', id: '' }, credentials));
    const all = [...KEY_IDS(keys).map((id) => ['pre-key', id] as const), ['session', '4915100000001.0'] as const];
    for (const [type, id] of all) {
      const at = { account: ACCOUNT, instance, type: `signal/${type}`, id };
      const name = sealer.blind(at);
      add.key.run(instance, type, name, sealer.sealText({ ...at, revision: 1 }, keyText(n, id)));
      add.revision.run(instance, type, name);
    }
  }
  raw.exec('commit; pragma wal_checkpoint(truncate)');
  return sealer;
};

export const copyFolder = (from: string, to: string): void => {
  for (const name of readdirSync(from)) copyFileSync(join(from, name), join(to, name));
};

/** All that is stored of keys, as it stands in the tables, and how far the database is. */
export const storedOf = (dataDir: string): string => {
  using database = new DatabaseSync(databasePath(dataDir));
  const tables = ['signal_keys', 'signal_key_revisions', 'instances', 'archived_rows', 'kysely_migration'];
  const hash = createHash('sha256');
  for (const table of tables) {
    for (const row of database.prepare(`select * from ${table}`).iterate()) {
      const texts = Object.values(row).map((v) => (v instanceof Uint8Array ? Buffer.from(v).toString('hex') : v));
      hash.update(JSON.stringify([table, texts]));
    }
  }
  return hash.digest('hex');
};

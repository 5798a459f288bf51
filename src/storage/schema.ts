import type { Generated } from 'kysely';

/** The tables, as the migrations leave them. Times are epoch milliseconds; `sealed` columns only open in their place. */
export interface Tables {
  keyring: KeyringTable;
  accounts: AccountsTable;
  tokens: TokensTable;
  instances: InstancesTable;
  credentials: CredentialsTable;
  observed_settings: ObservedSettingsTable;
  signal_keys: SignalKeysTable;
  signal_key_revisions: SignalKeyRevisionsTable;
  archives: ArchivesTable;
  archived_rows: ArchivedRowsTable;
  outcomes: OutcomesTable;
  nodes: NodesTable;
  login_gate: LoginGateTable;
  hits: HitsTable;
  open_streams: OpenStreamsTable;
}

/** One row: the keys that everything else is sealed and hashed under, themselves sealed under the master key. */
interface KeyringTable {
  id: number;
  data_key: Uint8Array;
  token_key: Uint8Array;
  created_at: number;
}

interface AccountsTable {
  id: string;
  label: string;
  created_at: number;
}

interface TokensTable {
  id: string;
  account_id: string;
  instance_id: string | null;
  hash: Uint8Array;
  /** Space-separated. */
  scopes: string;
  label: string;
  created_at: number;
  expires_at: number | null;
  revoked_at: number | null;
  last_used_at: number | null;
  /** The id of the first of the tokens that replaced one another: its own where it replaced none. */
  family: string;
}

interface InstancesTable {
  id: string;
  account_id: string;
  name: string;
  wanted: 'running' | 'stopped';
  state: string;
  state_since: number;
  reason_code: string | null;
  reason_message: string | null;
  retry_at: number | null;
  phone: Uint8Array | null;
  created_at: number;
  /** The revision that its credentials are sealed under; it only ever grows. */
  credentials_revision: number;
  /** 1 from the first saving of its credentials until they are set aside. */
  has_credentials: 0 | 1;
  /** How many changes there were of its signal keys. */
  keys_revision: number;
  /** The run of the service that wrote it last; null before any did. */
  owner_incarnation: string | null;
  /** How often another run of the service took it; it only ever grows. */
  epoch: number;
}

interface CredentialsTable {
  instance_id: string;
  sealed: Uint8Array;
  updated_at: number;
}

/** The settings of an instance as they were observed last. */
interface ObservedSettingsTable {
  instance_id: string;
  sealed: Uint8Array;
}

/** One key, or a block of them. */
interface SignalKeysTable {
  instance_id: string;
  type: string;
  /** Keyed hash of the key's id, or of the block's number. */
  key_id: string;
  sealed: Uint8Array;
}

/** Which revision each of these rows is sealed under: apart from them, so that an older one put back is refused. */
interface SignalKeyRevisionsTable {
  instance_id: string;
  type: string;
  key_id: string;
  /** The change that wrote it, of `keys_revision`. */
  revision: number;
}

/** Credentials that were set aside. Not bound to the instance's row, so whoever deletes that deletes these too. */
interface ArchivesTable {
  id: Generated<number>;
  instance_id: string;
  account_id: string;
  archived_at: number;
  purge_at: number;
}

interface ArchivedRowsTable {
  archive_id: number;
  /** '' for the credentials, else as in the table of signal keys. */
  type: string;
  key_id: string;
  sealed: Uint8Array;
  revision: number;
}

/** A call that came with a key of its caller's. */
interface OutcomesTable {
  caller_kind: 'token' | 'job';
  /** A token's, or a job's. */
  caller_id: string;
  /** Keyed, as the one below. */
  key_hash: Uint8Array;
  instance_id: string;
  /** Hash of what was asked for. */
  fingerprint: Uint8Array;
  /** Null while the call runs. */
  sealed: Uint8Array | null;
  /** Of the form of what is sealed. */
  version: number | null;
  /** The run of the service that has the call under way; null once it has ended. */
  owner: string | null;
  created_at: number;
}

/** Of Postgres alone, as the tables below. */
interface NodesTable {
  id: string;
  incarnation: string;
  url: string;
  draining: boolean;
  /** Which process of which machine it is, as `storage/nodes/own-process.ts` writes it; null where that can't be told. */
  process: string | null;
  started_at: Date;
  expires_at: Date;
}

/** One row for all nodes. */
interface LoginGateTable {
  id: number;
  next_at: Date;
  /** Instances that were refused since a login last went through: as many as it takes to hold logins up, at the most. */
  outdated: string[];
  /** Since when logins are held up. */
  shut_since: Date | null;
  next_probe_at: Date | null;
  /** Of an instance that was refused itself. */
  next_refused_probe_at: Date | null;
}

interface HitsTable {
  key: string;
  /** Epoch milliseconds by the server's clock, the oldest first. */
  times: number[];
  /** How many calls there were at each of them. */
  counts: number[];
  /** How many the last statement let through. */
  granted: number;
  /** The limit that they were under. */
  most: number;
}

interface OpenStreamsTable {
  id: string;
  family: string;
  incarnation: string;
}

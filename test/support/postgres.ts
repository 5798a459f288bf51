import { execFileSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { inject, test } from 'vitest';

/**
 * What says that the tests are about Postgres; without it, about SQLite. `npm test` runs what every database does alike on
 * both; `npm run test:postgres` runs all that uses one on Postgres.
 */
export const onPostgres = process.env['PRIVET_TEST_DATABASE'] === 'postgres';
export const onSqlite = !onPostgres;

/** For tests of what Postgres has not, such as the files of SQLite: there they are left out, and the run says why. */
export function sqliteOnly(why: string): ReturnType<typeof test.runIf> {
  if (onPostgres) process.stdout.write(`left out on Postgres: ${why}\n`);
  return test.runIf(onSqlite);
}

/** For tests of what one process does when it ends: with others behind the same address, they are left out, and the run says why. */
export function oneNodeOnly(why: string): ReturnType<typeof test.runIf> {
  const isOne = process.env['PRIVET_TEST_NODES'] === undefined;
  if (!isOne) process.stdout.write(`left out with several nodes: ${why}\n`);
  return test.runIf(isOne);
}

/**
 * What the nodes of a database share, whose rows are written over and over: where these can't be written, no node holds its
 * lease for longer than some seconds, and each is mute. So tests of other tables leave them alone.
 */
export const OF_NODES: readonly string[] = ['nodes', 'hits', 'open_streams', 'login_gate'];

/** Those that this file of tests has made. */
const made = new Set<string>();

/** Where the tests' databases are made: in a server that is given, or in the run's own, which is started when it is asked for. */
const given = process.env['PRIVET_TEST_POSTGRES'];
const serverUrl = async (): Promise<string> => {
  if (given !== undefined) return given.endsWith('/') ? given : `${given}/`;
  const answer = await fetch(inject('postgresAt'));
  if (!answer.ok) throw new Error(`There is no Postgres: ${await answer.text()}`);
  return answer.text();
};

/** Runs one statement on a connection of its own. */
export async function runSql(url: string, sql: string): Promise<readonly Record<string, unknown>[]> {
  const client = new Client(url);
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** An empty database of a real Postgres; its URL. It is dropped after the last test of the file. */
export async function makeDatabase(name = nameOf(randomUUID().replaceAll('-', ''))): Promise<string> {
  const server = await serverUrl();
  await runSql(`${server}postgres`, `create database ${name}`);
  made.add(server + name);
  return server + name;
}

/** Drops them, whoever still has them open. */
export async function dropDatabases(): Promise<void> {
  for (const url of made) {
    const { pathname } = new URL(url);
    await runSql(new URL('/postgres', url).href, `drop database if exists ${pathname.slice(1)} with (force)`);
    made.delete(url);
  }
}

/** Letters alone: a long row of digits is taken for a phone number in what the service prints. */
const nameOf = (hex: string): string =>
  `privet_${hex.replaceAll(/\d/g, (digit) => 'ghijklmnop'.charAt(Number(digit)))}`;

const nameFor = (dataDir: string): string => nameOf(createHash('sha256').update(dataDir).digest('hex').slice(0, 24));

/** Of the databases that stand for data folders, by the folder. */
const urls = new Map<string, string>();

/** Makes the database that stands for a data folder, where the tests are about Postgres. `databaseEnv` does so too, but slowly. */
export async function prepareDatabase(dataDir: string): Promise<void> {
  if (onPostgres && !urls.has(dataDir)) urls.set(dataDir, await makeDatabase(nameFor(dataDir)));
}

const MAKE = `
  const { default: pg } = await import('pg');
  const [given, at, name] = process.argv.slice(1);
  const server = given || await (await fetch(at)).text();
  const client = new pg.Client(server + 'postgres');
  await client.connect();
  await client.query('create database ' + name);
  await client.end();
  process.stdout.write(server + name);
`;

/** The variables of a service on that data folder, or on the database of Postgres that stands for it. */
export function databaseEnv(dataDir: string): Record<string, string> {
  if (!onPostgres) return {};
  let url = urls.get(dataDir);
  if (url === undefined) {
    const from = given === undefined || given.endsWith('/') ? given : `${given}/`;
    const words = [from ?? '', from === undefined ? inject('postgresAt') : '', nameFor(dataDir)];
    url = execFileSync(process.execPath, ['--input-type=module', '-e', MAKE, '--', ...words], {
      cwd: new URL('../..', import.meta.url).pathname,
      encoding: 'utf8',
    });
    urls.set(dataDir, url);
    made.add(url);
  }
  return { DATABASE_URL: url, PRIVET_ENCRYPTION_KEY: createHash('sha256').update(url).digest('hex') };
}

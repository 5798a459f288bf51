import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { inject, onTestFinished } from 'vitest';

/** Where the tests' databases are made: in a server that is given, or in the run's own. */
const serverUrl = async (): Promise<string> => {
  const given = process.env['PRIVET_TEST_POSTGRES'];
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

/** An empty database of a real Postgres; its URL. Disposing drops it, whoever still has it open. */
export async function makeDatabase(): Promise<AsyncDisposable & { readonly url: string }> {
  const server = await serverUrl();
  const name = `privet_${randomUUID().replaceAll('-', '')}`;
  await runSql(`${server}postgres`, `create database ${name}`);
  return {
    url: `${server}${name}`,
    async [Symbol.asyncDispose]() {
      await runSql(`${server}postgres`, `drop database if exists ${name} with (force)`);
    },
  };
}

/** The same for one test. */
export async function temporaryDatabase(): Promise<string> {
  const database = await makeDatabase();
  onTestFinished(() => database[Symbol.asyncDispose]());
  return database.url;
}

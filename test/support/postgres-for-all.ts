import { createServer } from 'node:http';
import type { TestProject } from 'vitest/node';
import { type PostgresServer, startPostgres } from './postgres-server.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Answers with the URL of a Postgres server for all tests, up to the database's name. */
    postgresAt: string;
  }
}

/** One Postgres for all files of a run, started when the first of them asks for it. */
export default async function ({ provide }: TestProject): Promise<() => Promise<void>> {
  let postgres: Promise<PostgresServer> | undefined;
  const asked = createServer((_request, response) => {
    postgres ??= startPostgres();
    postgres.then(
      (server) => response.end(server.url('')),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  const { promise: listening, resolve } = Promise.withResolvers<void>();
  asked.listen(0, '127.0.0.1', resolve);
  await listening;
  const address = asked.address();
  if (typeof address !== 'object' || address === null) throw new Error('It listens on a port');
  provide('postgresAt', `http://127.0.0.1:${address.port}`);
  return async () => {
    asked.close();
    asked.closeAllConnections();
    await (await postgres)?.[Symbol.asyncDispose]();
  };
}

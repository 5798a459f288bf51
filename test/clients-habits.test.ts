import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql, ServerError } from '@apollo/client';
import { Client, fetchExchange } from '@urql/core';
import { createClient } from 'graphql-sse';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { STREAMS_AT_ONCE } from '../src/access/limits/gate.ts';
import type { ServedRequest } from '../src/telemetry/events.ts';
import { FakeFleet, serveFake } from './graphql-fakes.ts';

const ORIGIN = 'https://console.example';
const WATCH = 'subscription { instance(name: "demo") { name state } }';

let server: Awaited<ReturnType<typeof serveFake>>;
let url: string;
const served: ServedRequest[] = [];

beforeAll(async () => {
  const telemetry = { requestServed: (request: ServedRequest) => void served.push(request) };
  server = await serveFake(new FakeFleet('demo'), { corsOrigins: [ORIGIN], telemetry });
  url = `${server.url}/graphql`;
});
afterAll(() => server[Symbol.asyncDispose]());

/** The outcomes of the next requests, once they were served. */
async function outcomesOf(work: () => Promise<unknown>): Promise<(string | undefined)[]> {
  served.length = 0;
  await work();
  await expect.poll(() => served.length).toBeGreaterThan(0);
  return served.map(({ record }) => record.outcome);
}

describe('parameters that GraphQL over HTTP does not know', () => {
  test('are left aside: what Apollo keeps of an operation goes out with it', async () => {
    const body = {
      query: '{ __typename }',
      operationType: 'query',
      setContext: {},
      id: 1,
      variables: {},
      extensions: {},
    };
    const answer = await server.post(body);
    expect([answer.status, await answer.json()]).toMatchObject([200, { data: { __typename: 'Query' } }]);
  });

  test('are named where the query is missing', async () => {
    const answer = await server.post({ qeury: '{ __typename }' });
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining('qeury')]);
  });
});

describe('graphql-sse', () => {
  /** With its defaults it would try again five times. */
  async function told(query: string, token: string) {
    const results: unknown[] = [];
    let connections = 0;
    const client = createClient({
      url,
      headers: { authorization: `Bearer ${token}` },
      on: { connecting: () => void (connections += 1) },
    });
    for await (const result of client.iterate({ query })) results.push(result);
    return { results, connections };
  }

  test('hears of a token that does not work at once, and does not try it again', async () => {
    expect(await told(WATCH, 'wrong')).toMatchObject({
      results: [
        {
          errors: [{ message: expect.stringContaining('Bearer') as unknown, extensions: { code: 'UNAUTHENTICATED' } }],
        },
      ],
      connections: 1,
    });
  });

  test.each([
    ['does not parse', 'subscription {', 'GRAPHQL_PARSE_FAILED'],
    ['does not fit the schema', 'subscription { nothing }', 'GRAPHQL_VALIDATION_FAILED'],
    [
      'asks for too much',
      `subscription { instance(name: "demo") { ${'id '.repeat(500)}} }`,
      'GRAPHQL_VALIDATION_FAILED',
    ],
  ])('hears at once of a document that %s', async (_, query, code) => {
    expect(await told(query, 'account')).toMatchObject({
      results: [{ errors: [{ extensions: { code } }] }],
      connections: 1,
    });
  });

  test('other clients get the status of a refusal, also where they would take a stream', async () => {
    const accept = 'application/json, text/event-stream';
    const answer = await server.post({ query: WATCH }, { accept, authorization: 'Bearer wrong' });
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
  });
});

describe('an answer in a form that the service does not speak', () => {
  test("Apollo's HttpLink, which asks for multipart subscriptions: the body says what to use", async () => {
    const link = new HttpLink({ uri: url, headers: { authorization: 'Bearer account' } });
    const client = new ApolloClient({ cache: new InMemoryCache(), link: ApolloLink.from([link]) });
    // Each one more than a token's streams: none of them is left open.
    for (let tries = 0; tries <= STREAMS_AT_ONCE; tries += 1) {
      const failed = Promise.withResolvers<unknown>();
      client
        .subscribe({ query: gql(WATCH) })
        .subscribe({ next: ({ error }) => failed.resolve(error), error: failed.resolve });
      const error = await failed.promise;
      if (!ServerError.is(error)) throw new Error('Another error', { cause: error });
      expect([error.statusCode, error.bodyText]).toEqual([
        406,
        expect.stringMatching(/text\/event-stream.*graphql-transport-ws/),
      ]);
    }
    client.stop();
  });

  test.each([
    ['a subscription', WATCH, 'application/json', /event-stream/],
    ['a query', '{ __typename }', 'text/html', /application\/json/],
  ])('%s: 406 with a body', async (_, query, accept, says) => {
    const outcomes = await outcomesOf(async () => {
      const answer = await server.post({ query }, { accept });
      expect([answer.status, answer.headers.get('content-type')]).toEqual([406, 'application/json']);
      expect(await answer.json()).toMatchObject({
        errors: [{ message: expect.stringMatching(says) as unknown, extensions: { code: 'NOT_ACCEPTABLE' } }],
      });
    });
    expect(outcomes).toEqual(['NOT_ACCEPTABLE']);
  });
});

test("urql's GET: the error names the setting", async () => {
  const client = new Client({ url, exchanges: [fetchExchange] });
  const { error } = await client.query('{ __typename }', {}).toPromise();
  expect(error?.message).toContain('preferGetMethod');
});

describe('CORS', () => {
  const preflight = (origin: string, headers: string): Promise<Response> =>
    fetch(url, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': headers },
    });

  test.each([
    [
      'Apollo Client',
      'apollographql-client-name,apollographql-client-version,apollo-require-preflight,x-apollo-operation-name',
    ],
    ['Sentry', 'sentry-trace,baggage'],
    ['OpenTelemetry', 'traceparent,tracestate'],
    ['ours', 'authorization,content-type,idempotency-key'],
  ])('lets through the headers of %s', async (_, headers) => {
    const allowed = (await preflight(ORIGIN, headers)).headers
      .get('access-control-allow-headers')
      ?.toLowerCase()
      .split(', ');
    expect(allowed).toEqual(expect.arrayContaining(headers.split(',')));
  });

  test('an origin that is not listed is refused by that name, in the answer and in the log', async () => {
    const outcomes = await outcomesOf(async () => {
      const answer = await preflight('https://evil.example', 'authorization');
      expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([403, null]);
      expect(await answer.text()).toContain('PRIVET_CORS_ORIGINS');
    });
    expect(outcomes).toEqual(['ORIGIN_NOT_ALLOWED']);
  });
});

import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { systemClock } from '../clock.ts';
import type { GraphQLPipeline } from '../graphql/pipeline/yoga.ts';
import { RequestRecord } from '../telemetry/request-record.ts';
import { graphqlHandler } from './graphql-handler.ts';

test('of media types the pipeline sees those that it has, once each: it looks at every one for each of its own', () => {
  const request = new IncomingMessage(new Socket());
  request.method = 'POST';
  request.headers = { 'content-type': 'application/json', accept: 'a/b,application/json,'.repeat(300) };
  const seen: unknown[] = [];
  const pipeline = {
    handleNodeRequest(given: IncomingMessage) {
      seen.push(given.headers.accept);
      return new Response();
    },
  };
  const handle = graphqlHandler(pipeline as unknown as GraphQLPipeline, systemClock, undefined);
  handle(request, new ServerResponse(request), { address: '127.0.0.1' }, new RequestRecord());
  expect(seen).toEqual(['application/json']);
});

import { once } from 'node:events';
import type { Socket } from 'node:net';
import { expect, test } from 'vitest';
import type { ServedRequest } from '../src/telemetry/events.ts';
import { FakeFleet, fakeView, serveFake } from './graphql-fakes.ts';
import { get, open, post } from './support/unread-connections.ts';

const LIVE = get('/health/live');
const WITHOUT_TOKEN = post('{ __typename }', 'application/json').replace('Bearer account', 'none');

/** Resolves once all have an answer to what they sent first: the server takes new connections one by one. */
const areServed = (sockets: readonly Socket[]): Promise<unknown> =>
  Promise.all(sockets.map((socket) => once(socket.resume(), 'data')));

test('who comes behind a hundred others does not wait for all that they ask for', async () => {
  // One each: else the token's places on an instance would hold them back.
  const names = Array.from({ length: 100 }, (_, i) => `demo-${i}`);
  const sessions = new FakeFleet(...names);
  let begun = 0;
  sessions.onStart = async (name) => {
    begun += 1;
    // What an introspection takes, or others for which there is no waiting.
    for (const end = performance.now() + 5; performance.now() < end;);
    return fakeView(name);
  };
  await using server = await serveFake(sessions);
  for (const name of names) {
    open(
      server.url,
      post(`mutation { startInstance(instance: "${name}") { id } }`, 'application/json'),
    ).socket.resume();
  }
  await areServed([open(server.url, LIVE).socket]);
  expect(begun).toBeLessThan(names.length / 2);
  await expect.poll(() => begun, { timeout: 10_000 }).toBe(names.length);
});

test('requests that came together with the one before them are not all served before those of others', async () => {
  let served = 0;
  const telemetry = { requestServed: ({ status }: ServedRequest) => void (served += Number(status === 401)) };
  await using server = await serveFake(new FakeFleet(), { telemetry });
  const others = Array.from({ length: 100 }, () => open(server.url, LIVE).socket);
  const { socket: last } = open(server.url, LIVE);
  await areServed([...others, last]);
  for (const socket of others) socket.write(WITHOUT_TOKEN.repeat(10));
  last.write(LIVE);
  await areServed([last]);
  expect(served).toBeLessThan(150);
  await expect.poll(() => served, { timeout: 10_000 }).toBe(1_000);
});

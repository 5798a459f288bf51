import { once } from 'node:events';
import { createClient, type Client, type SubscribePayload } from 'graphql-ws';
import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import type { InstanceView } from '../../src/instance/state.ts';
import type { ServedRequest } from '../../src/telemetry/events.ts';
import { FakeFleet, fakeView, serveFake } from '../graphql-fakes.ts';

export const WATCH = 'subscription { instance(name: "demo") { name state } }';
export const VIEW = fakeView();
const PROTOCOL = 'graphql-transport-ws';

export async function serve(options: Parameters<typeof serveFake>[1] = {}) {
  const sessions = new FakeFleet('demo');
  const served: ServedRequest[] = [];
  const telemetry = { requestServed: (request: ServedRequest) => void served.push(request) };
  const server = await serveFake(sessions, { telemetry, ...options });
  onTestFinished(() => server[Symbol.asyncDispose]());
  return { sessions, served, server, url: `${server.url.replace('http', 'ws')}/graphql` };
}

/** Gives the view, then nothing until it is told to return. */
export function quiet(view: InstanceView): AsyncIterable<InstanceView> {
  let first = true;
  let end: (last: IteratorResult<InstanceView>) => void = () => {};
  const source: AsyncIterableIterator<InstanceView> = {
    next: async () => {
      if (!first) return new Promise((resolve) => (end = resolve));
      first = false;
      return { done: false, value: view };
    },
    return: async () => {
      end({ done: true, value: undefined });
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]: () => source,
  };
  return source;
}

/** graphql-ws' own client. */
export function connect(
  url: string,
  connectionParams: Record<string, unknown> = { token: 'account' },
): Client & { closes: number[] } {
  const closes: number[] = [];
  const client = createClient({
    url,
    connectionParams,
    webSocketImpl: WebSocket,
    retryWait: () => Promise.resolve(),
    on: { closed: (event) => void closes.push((event as CloseEvent).code) },
  });
  onTestFinished(() => void client.dispose());
  return Object.assign(client, { closes });
}

export async function ask(client: Client, query: string, more: Partial<SubscribePayload> = {}) {
  const results = [];
  for await (const result of client.iterate({ query, ...more })) results.push(result);
  return results;
}

/** A socket that speaks by hand. Closed with the test. */
export async function open(url: string, options: ConstructorParameters<typeof WebSocket>[2] = {}) {
  const socket = new WebSocket(url, PROTOCOL, options);
  onTestFinished(() => socket.terminate());
  const closed = once(socket, 'close').then(([code]) => code as number);
  await once(socket, 'open');
  return { socket, closed, say: (message: object) => socket.send(JSON.stringify(message)) };
}

/** One that has said who it is, and was heard. */
export async function openAs(url: string, token: string) {
  const opened = await open(url);
  opened.say({ type: 'connection_init', payload: { token } });
  await once(opened.socket, 'message');
  return opened;
}

/** The status of an upgrade that was refused, and its body. */
export async function refused(url: string, options: ConstructorParameters<typeof WebSocket>[2] = {}) {
  const socket = new WebSocket(url, PROTOCOL, options);
  const [, response] = (await once(socket, 'unexpected-response')) as [
    unknown,
    AsyncIterable<Buffer> & { statusCode: number },
  ];
  let text = '';
  for await (const chunk of response) text += chunk.toString();
  return { status: response.statusCode, text };
}

import { z } from 'zod';
import { createApp } from '../src/app.ts';
import { createConfig } from '../src/config/config.ts';
import { readEnv } from '../src/config/env.ts';
import { sleep, within } from './deadline.ts';
import { Control, type Address } from './simulator-process.ts';

/** The same for every start: an account token may come again. Nothing but this machine's loopback ever sees it. */
const TOKEN = 'bench-account-token-of-a-throw-away-data-folder';
const CALL_MS = 35_000;
const OPEN_MS = 60_000;
const ALL_OPEN_MS = 240_000;
const POLL_MS = 50;
const PAGE = 100;

/** The service's GraphQL endpoint over HTTP. */
export interface PrivetClient {
  /** The answer's `data`. @throws Error when there are `errors`. */
  graphql(query: string, variables: object): Promise<unknown>;
  /** Resolves to how many instances there are once all of them are OPEN. */
  allOpen(): Promise<number>;
}

/** The whole service in this process. */
export interface Privet extends PrivetClient, AsyncDisposable {
  /** Creates an instance and links it to a phone; resolves to its number once it is OPEN. */
  pair(name: string): Promise<string>;
}

/** The variables of a service that connects to a simulator. */
export const privetEnv = (address: Address, dataDir: string): Record<string, string> => ({
  PORT: '0',
  LOG_LEVEL: 'silent',
  PRIVET_DATA: dataDir,
  PRIVET_WHATSAPP_URL: address.url,
  PRIVET_WHATSAPP_ROOT_KEY: address.rootKey,
  PRIVET_WHATSAPP_ROOT_SERIAL: String(address.rootSerial),
  PRIVET_ACCOUNT_TOKEN: TOKEN,
  PRIVET_RATE_LIMIT: '1000000',
});

export function clientOf(url: string): PrivetClient {
  const graphql: Ask = (query, variables) => ask(url, query, variables);
  return { graphql, allOpen: () => within(ALL_OPEN_MS, 'opening all instances', allOpen(graphql)) };
}

export async function openPrivet(address: Address, dataDir: string): Promise<Privet> {
  const env = readEnv(privetEnv(address, dataDir));
  const app = await createApp(createConfig(env), { accountToken: TOKEN });
  const client = clientOf(app.url);
  return {
    ...client,
    pair: (name) => within(OPEN_MS, `pairing ${name}`, pair(client.graphql, new Control(address), name)),
    [Symbol.asyncDispose]: () => app[Symbol.asyncDispose](),
  };
}

type Ask = PrivetClient['graphql'];

const Answer = z.object({ data: z.unknown(), errors: z.array(z.unknown()).optional() });

async function ask(url: string, query: string, variables: object): Promise<unknown> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${TOKEN}` },
    body: JSON.stringify({ query, variables }),
    signal: AbortSignal.timeout(CALL_MS),
  });
  const { data, errors } = Answer.parse(await response.json());
  if (errors) throw new Error(`GraphQL answered ${response.status} ${JSON.stringify(errors)}`);
  return data;
}

const Pairing = z.object({ pairInstance: z.object({ pairing: z.object({ qr: z.string() }) }) });
const State = z.object({ instance: z.object({ state: z.string() }) });

async function pair(graphql: Ask, control: Control, name: string): Promise<string> {
  await graphql('mutation ($name: String!) { createInstance(name: $name) { token } }', { name });
  const paired = await graphql('mutation ($name: String!) { pairInstance(instance: $name) { pairing { qr } } }', {
    name,
  });
  const phoneNumber = await control.scan(Pairing.parse(paired).pairInstance.pairing.qr);
  for (;;) {
    const { instance } = State.parse(
      await graphql('query ($name: String!) { instance(name: $name) { state } }', { name }),
    );
    if (instance.state === 'OPEN') return phoneNumber;
    await sleep(POLL_MS);
  }
}

const Page = z.object({
  instances: z.object({
    edges: z.array(z.object({ node: z.object({ state: z.string() }) })),
    pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
  }),
});

const PAGE_QUERY = `query ($first: Int!, $after: String) {
  instances(first: $first, after: $after) { edges { node { state } } pageInfo { hasNextPage endCursor } }
}`;

async function allOpen(graphql: Ask): Promise<number> {
  for (;;) {
    const states: string[] = [];
    let after: string | null = null;
    do {
      const { instances }: z.infer<typeof Page> = Page.parse(await graphql(PAGE_QUERY, { first: PAGE, after }));
      states.push(...instances.edges.map(({ node }) => node.state));
      after = instances.pageInfo.hasNextPage ? instances.pageInfo.endCursor : null;
    } while (after !== null);
    if (states.every((state) => state === 'OPEN')) return states.length;
    await sleep(POLL_MS * 10);
  }
}

import { createContext, runInContext } from 'node:vm';
import { getIntrospectionQuery } from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bootPrivet, type TestPrivet } from './support/privet.ts';

let privet: TestPrivet;
beforeAll(async () => {
  privet = await bootPrivet();
});
afterAll(() => privet[Symbol.asyncDispose]());

interface Options {
  readonly headers?: string;
  readonly defaultHeaders?: string;
  readonly defaultQuery: string;
  readonly shouldPersistHeaders: boolean;
  readonly onEditHeaders: (text: string) => void;
}

/** The page's own script, as a browser gets it, with what GraphiQL does with the options that it is given. */
async function openPage() {
  const script = await (await fetch(`${privet.url}/graphiql/start.js`)).text();
  const requests: Promise<{ data?: { __schema: unknown } }>[] = [];
  let sent = 0;
  let editor = '';
  let given: Options | undefined;
  const page: Record<string, unknown> = {
    document: { querySelector: () => ({}) },
    KeyboardEvent: class {
      readonly type: string;
      readonly init: object;
      constructor(type: string, init: object) {
        this.type = type;
        this.init = init;
      }
    },
    setTimeout,
    clearTimeout,
    fetch: (url: string, init: RequestInit) => {
      sent += 1;
      return fetch(url, init);
    },
    dispatchEvent: ({ type, init }: { type: string; init: object }) => {
      expect({ type, ...init }).toEqual({ type: 'keydown', key: 'R', ctrlKey: true });
      introspect();
    },
    YogaGraphiQL: {
      renderYogaGraphiQL: (_: unknown, options: Options) => {
        given = options;
        introspect();
      },
    },
  };
  page['self'] = page;
  const introspect = (): void => {
    const headers = { 'content-type': 'application/json', ...(editor ? (JSON.parse(editor) as object) : {}) };
    const body = JSON.stringify({ query: getIntrospectionQuery() });
    const pageFetch = page['fetch'] as typeof fetch;
    const answer = pageFetch(`${privet.url}/graphql`, { method: 'POST', headers, body });
    requests.push(answer.then((response) => response.json() as Promise<{ data?: { __schema: unknown } }>));
  };
  runInContext(script, createContext(page));
  if (!given) throw new Error('The page was not drawn');
  const options = given;
  return {
    options,
    requests,
    sent: () => sent,
    paste(text: string) {
      editor = text;
      options.onEditHeaders(text);
    },
  };
}

test('the first sight of the playground is no error: nothing is asked before there is a token', async () => {
  const { options, sent } = await openPage();
  expect(sent()).toBe(0);
  expect(options.defaultQuery).toContain('{ "Authorization": "Bearer <token>" }');
});

test('the editor of headers is empty, so that a click and a paste make it valid; no storage keeps it', async () => {
  const { options } = await openPage();
  expect([options.headers ?? '', options.defaultHeaders ?? '']).toEqual(['', '']);
  expect(options.shouldPersistHeaders).toBe(false);
});

test('completion and documentation come by themselves with each token that is pasted, once', async () => {
  const { requests, sent, paste } = await openPage();
  paste('{ "Authorization": "Bearer " }');
  paste(`{ "Authorization": "Bearer wrong-${'x'.repeat(40)}" }`);
  await expect.poll(() => requests.length).toBe(2);
  expect(await requests[1]).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
  for (const text of [`{ "Authorization": "Bearer ${privet.token}" }`, `{"Authorization":"Bearer ${privet.token}"}`]) {
    paste(text);
  }
  await expect.poll(() => requests.length).toBe(3);
  expect(await requests[2]).toHaveProperty('data.__schema');
  expect(sent()).toBe(2);
});

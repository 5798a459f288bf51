import { gql } from '@urql/core';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Problem } from './problem.ts';
import { openStream } from './streams.ts';

const EVENTS = { 'content-type': 'text/event-stream' };
const WORD = gql<{ word: string }, Record<string, never>>('subscription { word }');

interface Opened {
  say(word: string): void;
  refuse(code: string): void;
  lose(): void;
  readonly isClosed: boolean;
}

/** What a browser has, with a service whose every answer the test gives. */
function newBrowser() {
  const page = Object.assign(new EventTarget(), { hidden: false });
  const opened: Opened[] = [];
  /** Given instead of a stream, one time after the other. */
  const refusals: Response[] = [];
  vi.stubGlobal('document', page);
  vi.stubGlobal('addEventListener', () => undefined);
  vi.stubGlobal('removeEventListener', () => undefined);
  vi.stubGlobal('fetch', async (_url: string, { signal }: RequestInit) => {
    const refusal = refusals.shift();
    if (refusal) return refusal;
    const state = { isClosed: false };
    let send: ReadableStreamDefaultController<Uint8Array> | undefined;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        send = controller;
      },
    });
    signal?.addEventListener('abort', () => {
      state.isClosed = true;
      send?.error(signal.reason);
    });
    const tell = (event: object): void =>
      send?.enqueue(new TextEncoder().encode(`event: next\ndata: ${JSON.stringify(event)}\n\n`));
    opened.push({
      say: (word) => tell({ data: { word } }),
      refuse: (code) => tell({ errors: [{ message: '', extensions: { code } }] }),
      lose: () => send?.error(new TypeError('network error')),
      get isClosed() {
        return state.isClosed;
      },
    });
    return new Response(body, { headers: EVENTS });
  });
  return { page, opened, refusals };
}

function listen() {
  const told: string[] = [];
  const noted: (Problem | undefined)[] = [];
  const close = openStream(
    {
      url: 'http://privet.invalid/graphql',
      headers: {},
      note: (problem) => noted.push(problem),
      rest: () => told.push('rest'),
    },
    WORD,
    {},
    {
      start: () => told.push('start'),
      next: ({ word }) => told.push(word),
      fail: ({ code }) => told.push(`failed: ${code}`),
    },
  );
  return { told, codes: () => noted.map((problem) => problem?.code), noted, close };
}

/** Lets all that is under way come to its end, and the time go on. */
const after = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('a lost stream is opened again, later each time, and tells from the start', async () => {
  const { opened } = newBrowser();
  const { told, codes, close } = listen();
  await after(0);
  opened[0]?.say('one');
  await after(0);
  opened[0]?.lose();
  await after(300);
  expect([opened.length, codes()]).toEqual([1, [undefined, 'UNREACHABLE']]);
  await after(400);
  // Accepted and ended at once: that counts as another try.
  opened[1]?.lose();
  await after(700);
  expect(opened.length).toBe(2);
  await after(600);
  opened[2]?.say('two');
  await after(0);
  expect(told).toEqual(['start', 'one', 'start', 'start', 'two']);
  // What has told something is well, and is soon asked again.
  opened[2]?.lose();
  await after(700);
  expect(opened.length).toBe(4);
  close();
  expect(opened[3]?.isClosed).toBe(true);
});

test('a hidden tab has no stream; shown again, it is told from the start', async () => {
  const { opened, page } = newBrowser();
  const { told, close } = listen();
  await after(0);
  page.hidden = true;
  page.dispatchEvent(new Event('visibilitychange'));
  expect(opened[0]?.isClosed).toBe(true);
  await after(60_000);
  expect([opened.length, told]).toEqual([1, ['start', 'rest']]);
  page.hidden = false;
  page.dispatchEvent(new Event('visibilitychange'));
  await after(0);
  expect([opened.length, told]).toEqual([2, ['start', 'rest', 'start']]);
  close();
});

test('after a sleep the connection is made anew, also where it seems to be open', async () => {
  const { opened } = newBrowser();
  const { close } = listen();
  await after(0);
  vi.setSystemTime(Date.now() + 3_600_000);
  await after(5_000);
  expect([opened.length, opened[0]?.isClosed]).toEqual([2, true]);
  close();
});

test('what stays silent for 45 s is gone', async () => {
  const { opened } = newBrowser();
  const { codes, close } = listen();
  await after(30_000);
  opened[0]?.say('still here');
  await after(44_000);
  expect(codes()).toEqual([undefined]);
  await after(2_000);
  expect(codes()).toEqual([undefined, 'UNREACHABLE', undefined]);
  expect(opened.length).toBe(2);
  close();
});

const body = { errors: [{ message: 'no', extensions: { code: 'RATE_LIMITED', retryAfterMs: 9_000 } }] };

test.each([
  ['an answer', JSON.stringify(body), 'application/json'],
  ['a stream', `:\n\nevent: next\ndata: ${JSON.stringify(body)}\n\nevent: complete\ndata:\n\n`, 'text/event-stream'],
])('a refusal that comes as %s is waited for as long as it says', async (_, text, type) => {
  const { opened, refusals } = newBrowser();
  refusals.push(new Response(text, { status: 429, headers: { 'content-type': type, 'x-ratelimit-remaining': '0' } }));
  const { noted, close } = listen();
  await after(8_900);
  expect([opened.length, noted]).toMatchObject([0, [{ code: 'RATE_LIMITED', isCallLimit: true }]]);
  await after(200);
  expect(opened.length).toBe(1);
  close();
});

test('a token that ends under the stream, and what can not be, are not tried again', async () => {
  const { opened } = newBrowser();
  const { told } = listen();
  await after(0);
  opened[0]?.refuse('UNAUTHENTICATED');
  await after(60_000);
  expect([opened.length, told]).toEqual([1, ['start', 'rest', 'failed: UNAUTHENTICATED']]);
});

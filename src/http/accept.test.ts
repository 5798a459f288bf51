import { expect, test } from 'vitest';
import { acceptable } from './accept.ts';

test.each([
  [undefined, '*/*'],
  ['', '*/*'],
  ['*/*', '*/*'],
  ['Application/JSON; q=0.5 , text/event-stream', 'application/json, text/event-stream'],
  ['application/json;charset=utf-8', 'application/json'],
  ['application/json; charset=latin1', 'none/none'],
  ['text/html, application/*;q=0.9, image/png', 'application/*'],
  ['multipart/mixed;deferSpec=20220824, application/json', 'application/json'],
  ['multipart/mixed', 'none/none'],
  [',;q='.repeat(2_000), 'none/none'],
  ['application/json,'.repeat(450), 'application/json'],
])('of %j counts %j', (header, found) => {
  expect(acceptable(header)).toBe(found);
});

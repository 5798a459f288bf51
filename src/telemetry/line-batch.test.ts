import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { inBatches } from './line-batch.ts';
import { createLogger } from './logger.ts';

function collect() {
  const written: string[] = [];
  const destination = inBatches({ write: (text) => void written.push(text) });
  return { written, destination, log: createLogger({ level: 'trace', destination }) };
}

const messages = (text: string | undefined): unknown[] =>
  (text ?? '')
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { msg: string }).msg);

test('lines of one turn are written together, once', async () => {
  const { written, log } = collect();
  log.info('one');
  log.debug('two');
  expect(written).toEqual([]);
  await nextTurn();
  expect(written.map(messages)).toEqual([['one', 'two']]);
  log.info('three');
  await nextTurn();
  expect(written.map(messages)).toEqual([['one', 'two'], ['three']]);
});

test.each(['warn', 'error', 'fatal'] as const)(
  'a line of level %s is written at once, behind those before',
  (level) => {
    const { written, log } = collect();
    log.info('before');
    log[level]('now');
    expect(written.flatMap(messages)).toEqual(['before', 'now']);
  },
);

test('what is left is written when the process exits, or when asked for', () => {
  const { written, destination, log } = collect();
  log.info('last');
  destination.flushSync();
  log.info('very last');
  process.listeners('exit').at(-1)?.(0);
  expect(written.flatMap(messages)).toEqual(['last', 'very last']);
});

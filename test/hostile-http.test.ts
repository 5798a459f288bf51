import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { expectUnharmed, good, sendHostile, start } from './support/hostile-runs.ts';

test('500 connections that send their headers slowly are closed within 8 s, and others are served', async () => {
  const service = await start();
  const { hostname, port } = new URL(service.url);
  const open = async (): Promise<number> => {
    const began = performance.now();
    const socket = connect(Number(port), hostname, () => socket.write('POST /graphql HTTP/1.1\r\nHost: a\r\nX-Slow: '));
    const drip = setInterval(() => socket.write('x'), 500);
    socket.on('error', () => {});
    socket.resume();
    await new Promise((resolve) => socket.on('close', resolve));
    clearInterval(drip);
    return performance.now() - began;
  };
  const slow = Promise.all(Array.from({ length: 500 }, open));
  const state = { over: false };
  void slow.then(() => (state.over = true));
  const answers: { status: number; ms: number }[] = [];
  for (const end = Date.now() + 20_000; Date.now() < end && !state.over; await delay(100))
    answers.push(await good(service.url));

  expect(Math.max(...(await slow))).toBeLessThan(8_000);
  expect(answers.length).toBeGreaterThan(10);
  expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
  expect(Math.max(...answers.map(({ ms }) => ms))).toBeLessThan(2_000);
  await expectUnharmed(service);
}, 60_000);

// Thirty times as many in the long tests.
sendHostile({ bytes: 300, requests: 100 });

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { HealthWatch } from './health.ts';
import { type Problem, UNREACHABLE } from './problem.ts';

const problem = (code: string, more: Partial<Problem> = {}): Problem => ({ ...UNREACHABLE, code, ...more });

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('the worst of what is told counts, each asker for itself', () => {
  const watch = new HealthWatch();
  const [one, other] = [Symbol('one'), Symbol('other')];
  const kind = (): string => watch.health.value.kind;
  watch.note(one, problem('RATE_LIMITED', { retryAfterMs: 10_000 }));
  expect(kind()).toBe('streams');
  watch.note('calls', undefined);
  expect(kind()).toBe('streams');
  watch.note(other, UNREACHABLE);
  expect([kind(), watch.calls.value.kind]).toEqual(['unreachable', 'online']);
  watch.forget(other);
  expect(kind()).toBe('streams');
  watch.note(one, undefined);
  expect(kind()).toBe('online');
});

test('a stream that is refused because of the calls says so', () => {
  const watch = new HealthWatch();
  watch.note(Symbol('stream'), problem('RATE_LIMITED', { isCallLimit: true }));
  expect(watch.health.value.kind).toBe('limited');
});

test('calls that are limited go on when their time is over, though nothing was asked', () => {
  const watch = new HealthWatch();
  const kinds: string[] = [];
  watch.calls.follow(({ kind }) => void kinds.push(kind));
  watch.note('calls', problem('RATE_LIMITED', { retryAfterMs: 3_000 }));
  vi.advanceTimersByTime(2_999);
  expect(kinds).toEqual(['limited']);
  vi.advanceTimersByTime(1);
  expect(kinds).toEqual(['limited', 'online']);
  expect(watch.health.value.kind).toBe('online');
});

test('what the service says of a call itself is no trouble of the service', () => {
  const watch = new HealthWatch();
  watch.note('calls', problem('OVERLOADED'));
  expect(watch.health.value.kind).toBe('busy');
  watch.note('calls', problem('INTERNAL_SERVER_ERROR'));
  expect(watch.health.value.kind).toBe('online');
  // A stream is tried again, so that nobody else says it.
  watch.note(Symbol('stream'), problem('INTERNAL_SERVER_ERROR'));
  expect(watch.health.value.kind).toBe('failing');
});

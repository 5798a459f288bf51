import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { drain } from '../../test/support/virtual-clock.ts';
import { guardListeners } from './guard.ts';

test('what can not be told to be heard is reported, and nobody hears it', () => {
  const emitter = new EventEmitter();
  const faults: unknown[] = [];
  emitter.on('x', () => expect.unreachable());
  const hears = (): boolean => {
    throw new Error('unreadable');
  };
  guardListeners(emitter, (error) => faults.push(error), hears);
  expect(() => emitter.emit('x', 7)).not.toThrow();
  expect(faults).toEqual([new Error('unreadable')]);
});

test('guarded listeners report what they throw or reject, and the others run', async () => {
  const emitter = new EventEmitter();
  const faults: unknown[] = [];
  const heard: unknown[] = [];
  emitter.on('x', () => {
    throw new Error('sync');
  });
  emitter.on('x', () => Promise.reject(new Error('async')));
  emitter.on('x', (value) => heard.push(value));
  guardListeners(emitter, (error) => faults.push(error));
  expect(() => emitter.emit('x', 7)).not.toThrow();
  await drain();
  expect(faults).toEqual([new Error('sync'), new Error('async')]);
  expect(heard).toEqual([7]);
});

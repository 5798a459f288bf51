import { expect, test } from 'vitest';
import { VirtualClock } from '../../../test/support/virtual-clock.ts';
import { ContactCache } from './contact-cache.ts';

const phone = (digits: string) => ({ text: `+${digits}`, kind: 'phone', digits }) as const;
const found = { kind: 'found', contact: { phoneNumber: '1', lid: '91@lid' } } as const;
const nobody = { kind: 'nobody' } as const;

test('who was found is known for an hour, and who is not on WhatsApp for a minute; nobody once the account is another one', async () => {
  const clock = new VirtualClock();
  const cache = new ContactCache(clock);
  cache.keep(phone('1'), found);
  cache.keep(phone('2'), nobody);
  expect([cache.find(phone('1')), cache.find(phone('2'))]).toEqual([found, nobody]);
  expect(cache.find({ text: '1@lid', kind: 'lid', digits: '1' })).toBeUndefined();
  await clock.advance(61_000);
  expect([cache.find(phone('1')), cache.find(phone('2'))]).toEqual([found, undefined]);
  await clock.advance(3_600_000);
  expect(cache.find(phone('1'))).toBeUndefined();
  expect(clock.pending).toBe(0);
  cache.keep(phone('1'), found);
  cache.forget();
  expect(cache.find(phone('1'))).toBeUndefined();
});

test('so many are kept, the ones used last', () => {
  const cache = new ContactCache(new VirtualClock());
  for (let at = 0; at < 2_001; at += 1) cache.keep(phone(String(at)), found);
  expect([cache.find(phone('0')), cache.find(phone('1'))]).toEqual([undefined, found]);
});

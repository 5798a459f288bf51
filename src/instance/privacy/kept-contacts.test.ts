import { expect, test } from 'vitest';
import { VirtualClock } from '../../../test/support/virtual-clock.ts';
import { KeptContacts } from './kept-contacts.ts';

const phone = (digits: string) => ({ text: `+${digits}`, kind: 'phone', digits }) as const;
const found = { kind: 'found', contact: { phoneNumber: '1', lid: '91@lid' } } as const;
const nobody = { kind: 'nobody' } as const;

test('who was found is known for an hour, and who is not on WhatsApp for a minute; nobody once the account is another one', async () => {
  const clock = new VirtualClock();
  const kept = new KeptContacts(clock);
  kept.keep(phone('1'), found);
  kept.keep(phone('2'), nobody);
  expect([kept.find(phone('1')), kept.find(phone('2'))]).toEqual([found, nobody]);
  expect(kept.find({ text: '1@lid', kind: 'lid', digits: '1' })).toBeUndefined();
  await clock.advance(61_000);
  expect([kept.find(phone('1')), kept.find(phone('2'))]).toEqual([found, undefined]);
  await clock.advance(3_600_000);
  expect(kept.find(phone('1'))).toBeUndefined();
  expect(clock.pending).toBe(0);
  kept.keep(phone('1'), found);
  kept.forget();
  expect(kept.find(phone('1'))).toBeUndefined();
});

test('so many are kept, the ones used last', () => {
  const kept = new KeptContacts(new VirtualClock());
  for (let at = 0; at < 2_001; at += 1) kept.keep(phone(String(at)), found);
  expect([kept.find(phone('0')), kept.find(phone('1'))]).toEqual([undefined, found]);
});

import { expect, test } from 'vitest';
import { contactsIn, mayBeContact, nameOf } from './contacts-in.ts';

test('numbers come on lines of their own, with commas, and twice', () => {
  expect(contactsIn(' +49 151 23456789,\n+55 11 91234-5678 ;+49 151 23456789\n\n')).toEqual([
    '+49 151 23456789',
    '+55 11 91234-5678',
  ]);
  expect(contactsIn(' \n,')).toEqual([]);
});

test('a number begins with + and its country code', () => {
  const good = ['+49 151 23456789', '+55 (11) 91234-5678', '4915123456789@s.whatsapp.net', '123@lid'];
  expect(good.filter(mayBeContact)).toEqual(good);
  expect(['0151 23456789', 'Maria', '+', '123@g.us', '<b>+49 151 23456789</b>'].filter(mayBeContact)).toEqual([]);
});

test('a contact goes by its number, and by its LID where WhatsApp tells none', () => {
  expect(nameOf({ phoneNumber: '4915123456789', lid: '1@lid' })).toBe('+4915123456789');
  expect(nameOf({ phoneNumber: null, lid: '1@lid' })).toBe('1@lid');
});

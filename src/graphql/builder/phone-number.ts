// The smallest of the builds: it has the lengths that each country's numbers can have, which is all that is asked.
import { parsePhoneNumberFromString } from 'libphonenumber-js/min';
import { z } from 'zod';

const SEPARATORS = /[\s().-]/g;
/** Of a number with all the separators that people put into one. */
const LONGEST = 64;

/** In Mexico's numbers WhatsApp also takes the 1 that once stood before mobile ones, and that the numbering plan dropped. */
export const withoutMexicosOne = (digits: string): string => digits.replace(/^521(?=\d{10}$)/, '52');

/**
 * Whether a phone can have that number, by its country code and length: a range that was opened yesterday is fine. What is
 * left out in a call from abroad, such as the 0 in `+49 (0)151 …`, must not be there.
 */
const canExist = (digits: string): boolean => {
  if (!/^[0-9]{7,15}$/.test(digits)) return false;
  const written = `+${withoutMexicosOne(digits)}`;
  const number = parsePhoneNumberFromString(written);
  return number !== undefined && number.number === written && number.isPossible();
};

/** Digits of a phone number, from the ways in which people write one; undefined where it can be none. Takes about 10 µs. */
export function digitsOf(written: string): string | undefined {
  if (written.length > LONGEST) return undefined;
  const digits = written.trim().replace(SEPARATORS, '').replace(/^\+/, '');
  return canExist(digits) ? digits : undefined;
}

/** What a phone number must be like. */
export const INTERNATIONAL =
  'in the international form, with + and country code and without a 0 before the area, like +49 151 23456789; spaces, "-", "." and brackets are fine';

/** Digits of the argument `phoneNumber`. */
export const phoneNumber = z
  .string()
  .transform((written) => digitsOf(written) ?? '')
  .refine((digits) => digits !== '', `phoneNumber must be ${INTERNATIONAL}`);

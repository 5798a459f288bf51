// The smallest of the builds: it has the lengths that each country's numbers can have, which is all that is asked.
import { parsePhoneNumberFromString } from 'libphonenumber-js/min';
import { z } from 'zod';

const SEPARATORS = /[\s().-]/g;

/** In Mexico's numbers WhatsApp also takes the 1 that once stood before mobile ones, and that the numbering plan dropped. */
const withoutMexicosOne = (digits: string): string => digits.replace(/^521(?=\d{10}$)/, '52');

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

/** Digits of a phone number, from the ways in which people write one. */
export const phoneNumber = z
  .string()
  .transform((written) => written.trim().replace(SEPARATORS, '').replace(/^\+/, ''))
  .pipe(
    z
      .string()
      .refine(
        canExist,
        'phoneNumber must be in the international form, with + and country code and without a 0 before the area, like +49 151 23456789; spaces, "-", "." and brackets are fine',
      ),
  );

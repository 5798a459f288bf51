import { InvalidArgumentError, Option } from '@commander-js/extra-typings';

export const accountOption = () =>
  new Option('--account <account>', 'The id or the label of the account; may be left out while there is only one');

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Parses an option's value such as `90m`, `12h` or `30d` into milliseconds. */
export const duration = (text: string): number => {
  const [, count, unit = ''] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const factor = UNITS[unit];
  if (count === undefined || factor === undefined) {
    throw new InvalidArgumentError('It must be a number of seconds, minutes, hours or days, such as 90m or 30d');
  }
  return Number(count) * factor;
};

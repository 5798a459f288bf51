import { GraphQLError } from 'graphql';
import { z } from 'zod';
import { builder } from './builder.ts';

/** RFC 3339, which allows small letters too; without its `-00:00`, as the specification below has it. */
const DATE_TIME = z
  .string()
  .toUpperCase()
  .pipe(z.iso.datetime({ offset: true }))
  .refine((text) => !text.endsWith('-00:00'));

builder.scalarType('DateTime', {
  specifiedByURL: 'https://scalars.graphql.org/andimarek/date-time.html',
  description:
    'A point in time in UTC, such as `2026-01-31T12:00:00.000Z`. As input any date and time of RFC 3339 will do, with or without a fraction of a second, but with its offset: `2026-01-31T13:00:00+01:00`.',
  serialize: (milliseconds) => new Date(milliseconds).toISOString(),
  parseValue: (value) => {
    const { data } = DATE_TIME.safeParse(value);
    if (data !== undefined) return Date.parse(data);
    throw new GraphQLError(
      'A DateTime is a date and time of RFC 3339 with its offset, such as 2026-01-31T12:00:00Z or 2026-01-31T13:00:00+01:00',
    );
  },
});

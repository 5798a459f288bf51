import { GraphQLError } from 'graphql';
import { builder } from './builder.ts';

builder.scalarType('DateTime', {
  specifiedByURL: 'https://scalars.graphql.org/andimarek/date-time.html',
  description: 'A point in time as ISO 8601 text in UTC, such as `2026-01-31T12:00:00.000Z`.',
  serialize: (milliseconds) => new Date(milliseconds).toISOString(),
  parseValue: (value) => {
    const milliseconds = typeof value === 'string' ? Date.parse(value) : Number.NaN;
    if (Number.isNaN(milliseconds))
      throw new GraphQLError('A DateTime is ISO 8601 text, such as 2026-01-31T12:00:00.000Z');
    return milliseconds;
  },
});

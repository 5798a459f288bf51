import type { Allowance } from '../../access/limits/rate-limit.ts';
import { builder } from '../builder/builder.ts';
import { EVERY_TOKEN } from '../schema/viewer.ts';

const RateLimit = builder.objectRef<Allowance>('RateLimit').implement({
  description: "A token's calls: each root field is one, aliases too, and so is each REST call.",
  fields: (t) => ({
    limit: t.exposeInt('limit', { description: 'How many it has in any minute.' }),
    remaining: t.exposeInt('remaining', {
      description: 'How many are left now, this field and those beside it counted.',
    }),
    resetAt: t.field({
      type: 'DateTime',
      description: 'When the oldest of them is a minute old, and there is one more again.',
      resolve: ({ resetAt }) => resetAt,
    }),
  }),
});

builder.queryField('rateLimit', (t) =>
  t.field({
    type: RateLimit,
    nullable: true,
    description: 'What is left of the calls of this token. Takes any token, and is a call itself.',
    authScopes: EVERY_TOKEN,
    resolve: (_root, _args, { admission }) => admission.allowance(),
  }),
);

import { builder } from '../builder/builder.ts';
import { nameFieldsInRefusals } from '../builder/enums.ts';
import '../builder/scalars.ts';
import './error-code.ts';
import './instance.ts';
import './instances.ts';
import './instance-changes.ts';
import '../settings/privacy.ts';
import '../settings/privacy-changes.ts';
import '../settings/capabilities.ts';
import '../settings/update-privacy.ts';
import '../settings/plan-privacy.ts';
import '../contacts/exclusions.ts';
import '../contacts/update-exclusions.ts';
import '../contacts/blocklist.ts';
import './lifecycle.ts';
import './pairing.ts';
import './instance-token.ts';
import './tokens.ts';
import './viewer.ts';
import '../pipeline/rate-limit.ts';

builder.queryType({ description: 'Reads.' });
builder.mutationType({ description: 'Changes. A field that fails is null and leaves its siblings alone.' });
builder.subscriptionType({
  description:
    'Streams, over server-sent events or a WebSocket (graphql-transport-ws): what holds now comes first, then each change.',
});

// Unsorted: fields and values in the order of the field table read better than in that of the alphabet.
export const schema = nameFieldsInRefusals(builder.toSchema({ sortSchema: false }));

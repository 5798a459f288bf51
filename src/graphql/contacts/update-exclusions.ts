import { PrivetError } from '../../errors.ts';
import type { ExclusionsUpdate } from '../../fleet/calls/contact-calls.ts';
import type { ExclusionChange } from '../../privacy/lists/exclusions.ts';
import { instanceArgument } from '../builder/arguments.ts';
import { builder } from '../builder/builder.ts';
import { WRITE_COST } from '../builder/cost.ts';
import { keyOf, SENT_AGAIN } from '../builder/idempotency.ts';
import { targetOf } from '../builder/target.ts';
import { exclusionFieldArgument, PrivacyExclusions } from './exclusions.ts';
import { CONTACT_FORMS, contactsIn } from './named-contacts.ts';
import { addOutcomes, READ_BACK } from './outcome.ts';

/** In one call. The look-up of their numbers is one stanza, and so is the write. */
const MOST = 1_000;

interface ExclusionsInput {
  readonly add?: readonly string[] | null | undefined;
  readonly remove?: readonly string[] | null | undefined;
  readonly replace?: readonly string[] | null | undefined;
}

const textsIn = ({ add, remove, replace }: ExclusionsInput) => ({
  add: { where: 'input.add', texts: add ?? [] },
  remove: { where: 'input.remove', texts: remove ?? [] },
  replace: replace && { where: 'input.replace', texts: replace },
});

/** @throws PrivetError BAD_USER_INPUT */
function changeIn(input: ExclusionsInput): ExclusionChange {
  const { add: added, remove: removed, replace } = textsIn(input);
  const changes = added.texts.length + removed.texts.length > 0;
  if (replace && changes) {
    throw new PrivetError('BAD_USER_INPUT', 'input.replace stands alone: without input.add and input.remove');
  }
  if (replace) {
    const [contacts = []] = contactsIn([replace], MOST);
    return { kind: 'replace', contacts };
  }
  if (!changes) {
    throw new PrivetError(
      'BAD_USER_INPUT',
      'At least one contact must be added or removed; replace: [] empties the list',
    );
  }
  const [add = [], remove = []] = contactsIn([added, removed], MOST);
  return { kind: 'change', add, remove };
}

const countOf = (input: ExclusionsInput): number => {
  const { add, remove, replace } = textsIn(input);
  return add.texts.length + remove.texts.length + (replace?.texts.length ?? 0);
};

const UpdateExclusionsInput = builder.inputType('UpdateExclusionsInput', {
  description: `Changes of an exclusion list: ${MOST.toLocaleString('en')} contacts at most, none of them twice. Each is ${CONTACT_FORMS}.`,
  fields: (t) => ({
    add: t.stringList({ description: 'Contacts to put on the list.' }),
    remove: t.stringList({ description: 'Contacts to take off the list.' }),
    replace: t.stringList({
      description:
        'The contacts that the list shall have, and no others; `[]` empties it. Stands alone, without `add` and `remove`.',
    }),
  }),
});

const UpdateExclusionsPayload = builder.objectRef<ExclusionsUpdate>('UpdateExclusionsPayload').implement({
  description: 'What became of a change of an exclusion list, contact by contact, and the list as it is now.',
  fields: (t) => ({
    exclusions: t.field({
      type: PrivacyExclusions,
      nullable: true,
      description: READ_BACK,
      resolve: ({ instance, outcome: { list } }) => list && { instance, list },
    }),
  }),
});
addOutcomes(
  UpdateExclusionsPayload,
  'One for each contact of the call, in that order; then those that `replace` takes off the list.',
);

builder.mutationField('updatePrivacyExclusions', (t) =>
  t.field({
    type: UpdateExclusionsPayload,
    nullable: true,
    description: `Changes the exclusion list of a field. Adding somebody also sets the field to \`CONTACT_BLACKLIST\`, in the same write. Confirmed by a fresh read from WhatsApp. A number that is not on WhatsApp is in \`failures\`, and does not stop the others. Where the list is changed elsewhere meanwhile, \`add\` and \`remove\` are applied to the changed list; \`replace\` fails as \`CONFLICT\`: read the list, and decide again. ${SENT_AGAIN}`,
    authScopes: { write: true },
    complexity: ({ input }) => WRITE_COST + countOf(input),
    args: {
      ...instanceArgument,
      ...exclusionFieldArgument,
      input: t.arg({ type: UpdateExclusionsInput, required: true, description: 'What to change.' }),
    },
    resolve: async (_root, { instance, field, input }, context, info) => {
      const { fleet, signal, deadline, record } = context;
      const change = changeIn(input);
      const { reach, name } = await targetOf(instance, context);
      const key = keyOf(context, info);
      const update = await fleet.contacts.updateExclusions(reach, name, field, change, { signal, deadline }, key);
      record?.noteUpdate(update.outcome.stanzas, update.outcome.failures.length);
      return update;
    },
  }),
);

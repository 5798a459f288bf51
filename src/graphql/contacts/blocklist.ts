import { PrivetError } from '../../errors.ts';
import type { BlocklistReading, BlocklistUpdate } from '../../fleet/calls/contact-calls.ts';
import type { BlockAction } from '../../privacy/blocklist/blocklist.ts';
import type { NamedContact } from '../../privacy/contacts/contact.ts';
import { instanceArgument } from '../builder/arguments.ts';
import { builder } from '../builder/builder.ts';
import { CONTACTS_COST, READ_COST, WRITE_COST } from '../builder/cost.ts';
import { keyOf, SENT_AGAIN } from '../builder/idempotency.ts';
import { CONTACT_FORMS, contactsIn } from './named-contacts.ts';
import { STABLE_ID } from '../builder/node.ts';
import { targetOf, targetOfId } from '../builder/target.ts';
import { Instance } from '../schema/instance.ts';
import { BlockedContact } from './contact.ts';
import { addOutcomes, READ_BACK } from './outcome.ts';

const BlockedContacts = builder.objectRef<BlocklistReading>('BlockedContacts');
builder.node(BlockedContacts, {
  id: {
    description: STABLE_ID,
    resolve: ({ instance }) => instance.id,
  },
  description: 'The contacts whom an account has blocked, from one answer of WhatsApp.',
  // As `blockedContacts` does: a node is what WhatsApp says now, not what a cache holds.
  loadWithoutCache: async (instanceId, context) => {
    const { fleet, signal, deadline } = context;
    const target = await targetOfId(instanceId, context);
    return target && fleet.contacts.blocked(target.reach, target.name, { signal, deadline });
  },
  fields: (t) => ({
    instance: t.field({
      type: Instance,
      description: 'The instance whose list it is.',
      resolve: ({ instance }) => instance,
    }),
    contacts: t.field({
      type: [BlockedContact],
      description: 'Who is blocked.',
      complexity: CONTACTS_COST,
      resolve: ({ list }) => list.contacts,
    }),
    observedAt: t.field({
      type: 'DateTime',
      description: 'When WhatsApp said so.',
      resolve: ({ list }) => list.observedAt,
    }),
  }),
});

builder.queryField('blockedContacts', (t) =>
  t.field({
    type: BlockedContacts,
    nullable: true,
    description: 'The contacts whom an account has blocked, freshly read from WhatsApp.',
    authScopes: { read: true },
    complexity: READ_COST,
    args: instanceArgument,
    resolve: async (_root, { instance }, context) => {
      const { fleet, signal, deadline } = context;
      const { reach, name } = await targetOf(instance, context);
      return fleet.contacts.blocked(reach, name, { signal, deadline });
    },
  }),
);

/** In one call: each contact is a stanza of its own. */
const MOST = 100;

/** @throws PrivetError BAD_USER_INPUT */
function contactsOf(texts: readonly string[]): readonly NamedContact[] {
  if (texts.length === 0) throw new PrivetError('BAD_USER_INPUT', 'contacts must have at least one contact');
  const [contacts = []] = contactsIn([{ where: 'contacts', texts }], MOST);
  return contacts;
}

function changesBlocklist(action: BlockAction, name: string, payloadName: string, description: string): void {
  const Payload = builder.objectRef<BlocklistUpdate>(payloadName).implement({
    description: 'What became of a change of the blocklist, contact by contact, and the list as it is now.',
    fields: (t) => ({
      blocked: t.field({
        type: BlockedContacts,
        nullable: true,
        description: READ_BACK,
        resolve: ({ instance, outcome: { list } }) => list && { instance, list },
      }),
    }),
  });
  addOutcomes(Payload, 'One for each contact of the call, in that order.');

  builder.mutationField(name, (t) =>
    t.field({
      type: Payload,
      nullable: true,
      description: `${description} Confirmed by a fresh read from WhatsApp; a number that is not on WhatsApp is in \`failures\`, and does not stop the others. ${SENT_AGAIN}`,
      authScopes: { write: true },
      complexity: ({ contacts }) => WRITE_COST + contacts.length,
      args: {
        ...instanceArgument,
        contacts: t.arg.stringList({
          required: true,
          description: `${MOST} at most, none of them twice. Each is ${CONTACT_FORMS}.`,
        }),
      },
      resolve: async (_root, { instance, contacts: texts }, context, info) => {
        const { fleet, signal, deadline, record } = context;
        const contacts = contactsOf(texts);
        const { reach, name: target } = await targetOf(instance, context);
        const key = keyOf(context, info);
        const call = { signal, deadline };
        const update = await fleet.contacts.changeBlocked(reach, target, action, contacts, call, key);
        record?.noteUpdate(update.outcome.stanzas, update.outcome.failures.length);
        return update;
      },
    }),
  );
}

changesBlocklist('block', 'blockContacts', 'BlockContactsPayload', 'Blocks contacts.');
changesBlocklist('unblock', 'unblockContacts', 'UnblockContactsPayload', 'Unblocks contacts.');

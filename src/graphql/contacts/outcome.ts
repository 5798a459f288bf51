import type {
  ContactFailure,
  ContactFailureCode,
  ContactOutcome,
  ContactResult,
  ContactsOutcome,
} from '../../privacy/contacts/contact.ts';
import { builder } from '../builder/builder.ts';
import { valuesWith } from '../builder/enums.ts';

const ContactResultEnum = builder.enumType('ContactResult', {
  description: 'What became of one contact.',
  values: valuesWith<ContactResult>({
    ADDED: 'A read sent after our write shows it on the list.',
    REMOVED: 'A read sent after our write shows the list without it.',
    ALREADY_LISTED: 'It was to be added, and is on the list, and WhatsApp took no write of ours for it.',
    NOT_LISTED: 'It was to be removed, and is not on the list, and WhatsApp took no write of ours for it.',
    FAILED: 'The change does not hold, or nothing proves that it does: see `failures`.',
  }),
});

const ContactFailureCodeEnum = builder.enumType('ContactFailureCode', {
  description: 'Why the change does not hold for one contact.',
  values: valuesWith<ContactFailureCode>({
    NOT_ON_WHATSAPP: 'Nobody on WhatsApp has this number or JID.',
    UNRESOLVED: 'WhatsApp did not tell which account this is, so nothing was written for it.',
    REJECTED: 'WhatsApp refused it; the message has its code.',
    TIMED_OUT: 'WhatsApp did not answer in time.',
    CONNECTION_LOST: 'The connection went before WhatsApp answered.',
    MISMATCH: 'WhatsApp shows the list otherwise than requested.',
    UNVERIFIED: 'No read could show whether it holds.',
    UNSUPPORTED: 'WhatsApp does not report this list for the account, so it was not written.',
    SKIPPED: 'It was not tried: the message says why.',
  }),
});

const CONTACT =
  'The contact as the call names it. One that `replace` takes off a list: `+` and phone number, or the LID where WhatsApp does not tell the number.';

const ContactOutcomeType = builder.objectRef<ContactOutcome>('ContactOutcome').implement({
  description: 'What became of one contact.',
  fields: (t) => ({
    contact: t.exposeString('contact', { description: CONTACT }),
    result: t.field({ type: ContactResultEnum, description: 'What became of it.', resolve: ({ result }) => result }),
  }),
});

const ContactFailureType = builder.objectRef<ContactFailure>('ContactFailure').implement({
  description: 'A contact for which the change does not hold now.',
  fields: (t) => ({
    contact: t.exposeString('contact', { description: CONTACT }),
    code: t.field({ type: ContactFailureCodeEnum, description: 'Why, for programs.', resolve: ({ code }) => code }),
    message: t.exposeString('message', { description: 'Why, for people.' }),
    retryable: t.exposeBoolean('retryable', { description: 'Whether the same call may succeed later.' }),
  }),
});

/**
 * Of the payload of a mutation that changes a list of contacts: all but the list itself.
 * @param description which outcomes there are, and in what order.
 */
export const addOutcomes = <Update extends { readonly outcome: ContactsOutcome<unknown> }>(
  payload: ReturnType<ReturnType<typeof builder.objectRef<Update>>['implement']>,
  description: string,
): void =>
  builder.objectFields(payload, (t) => ({
    outcomes: t.field({
      type: [ContactOutcomeType],
      description,
      resolve: ({ outcome }) => outcome.outcomes,
    }),
    failures: t.field({
      type: [ContactFailureType],
      description: 'One for each outcome that is `FAILED`; empty on full success.',
      resolve: ({ outcome }) => outcome.failures,
    }),
    stanzas: t.int({
      description: 'How many stanzas were sent to WhatsApp for this call, reads and look-ups of numbers included.',
      resolve: ({ outcome }) => outcome.stanzas,
    }),
  }));

/** What such a payload says of its list. */
export const READ_BACK =
  'The read-back. Null when no read succeeded after the writes; then what was not proven is in `failures`.';

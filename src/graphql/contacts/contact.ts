import type { Contact } from '../../privacy/contacts/contact.ts';
import { builder } from '../builder/builder.ts';

const someone = (name: string, description: string) =>
  builder.objectRef<Contact>(name).implement({
    description,
    fields: (t) => ({
      phoneNumber: t.string({
        nullable: true,
        description: 'Digits with the country code, without `+`. Null where WhatsApp does not tell it.',
        resolve: ({ phoneNumber }) => phoneNumber,
      }),
      lid: t.string({
        nullable: true,
        description:
          'Its LID, by which WhatsApp names it without its phone number: `<digits>@lid`. Null where WhatsApp does not tell it.',
        resolve: ({ lid }) => lid,
      }),
    }),
  });

export const ExcludedContact = someone(
  'ExcludedContact',
  'A contact on an exclusion list. At least one of the two is known.',
);
export const BlockedContact = someone('BlockedContact', 'A blocked contact. At least one of the two is known.');

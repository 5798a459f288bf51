import type { Contact } from '../../privacy/contacts/contact.ts';
import { builder } from '../builder/builder.ts';

const someone = (name: string, description: string) =>
  builder.objectRef<Contact>(name).implement({
    description,
    fields: (t) => ({
      phoneNumber: t.string({
        nullable: true,
        description: 'Digits with the country code. Null where WhatsApp does not tell it.',
        resolve: ({ phoneNumber }) => phoneNumber,
      }),
      lid: t.string({
        nullable: true,
        description:
          'What WhatsApp knows it by without its phone number: `<digits>@lid`. Null where it does not tell it.',
        resolve: ({ lid }) => lid,
      }),
    }),
  });

export const ExcludedContact = someone(
  'ExcludedContact',
  'A contact who is left out. At least one of its names is known.',
);
export const BlockedContact = someone(
  'BlockedContact',
  'A contact who is blocked. At least one of its names is known.',
);

import { instanceArgument } from '../builder/arguments.ts';
import { builder } from '../builder/builder.ts';
import { Instance } from './instance.ts';
import { phoneNumber } from '../builder/phone-number.ts';
import { targetOf } from '../builder/target.ts';

builder.mutationField('pairInstance', (t) =>
  t.field({
    type: Instance,
    nullable: true,
    description:
      'Begins to link an instance to a phone: by QR code, or by pairing code where a phone number is given. Refused where the instance is linked; ends a pairing that runs.',
    authScopes: { pair: true },
    args: {
      ...instanceArgument,
      phoneNumber: t.arg.string({
        description:
          'The number of the phone to link, in the international form with + and country code, like `+49 151 23456789`. Without it, pairing goes by QR code.',
        validate: phoneNumber,
      }),
    },
    resolve: async (_root, { instance, phoneNumber: number }, context) => {
      const { reach, name } = await targetOf(instance, context);
      return context.fleet.lifecycle.pair(reach, name, number ?? undefined, context);
    },
  }),
);

builder.mutationField('unlinkInstance', (t) =>
  t.field({
    type: Instance,
    nullable: true,
    description:
      'Logs the linked device out on WhatsApp, for which the instance must be `OPEN`. It stays and can be paired again. One that is `BANNED`, or has tried for five minutes and was not `OPEN` for a minute, is unlinked here alone: WhatsApp is not told, and the phone still lists the device until somebody removes it there.',
    authScopes: { pair: true },
    args: instanceArgument,
    resolve: async (_root, { instance }, context) => {
      const { reach, name } = await targetOf(instance, context);
      return context.fleet.lifecycle.unlink(reach, name, context);
    },
  }),
);

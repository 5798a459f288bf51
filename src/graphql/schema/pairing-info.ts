import type { Pairing } from '../../instance/state.ts';
import { builder } from '../builder/builder.ts';

export const PairingInfo = builder.objectRef<Pairing>('Pairing').implement({
  description: 'What links a phone to an instance, until it expires.',
  fields: (t) => ({
    qr: t.exposeString('qr', { nullable: true, description: 'The text of the QR code to scan, when pairing by QR.' }),
    code: t.exposeString('code', {
      nullable: true,
      description: 'The 8 characters to type on the phone, when pairing by code.',
    }),
    expiresAt: t.field({
      type: 'DateTime',
      description: 'When this QR or code stops working. Another QR follows until pairing expires; no other code does.',
      resolve: ({ expiresAt }) => expiresAt,
    }),
  }),
});

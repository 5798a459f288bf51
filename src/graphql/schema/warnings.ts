import type { PrivacyWarning, PrivacyWarningCode } from '../../privacy/policies/warnings.ts';
import { builder } from '../builder/builder.ts';
import { valuesWith } from '../builder/enums.ts';
import { PrivacyFieldEnum } from './privacy.ts';

const PrivacyWarningCodeEnum = builder.enumType('PrivacyWarningCode', {
  description: 'What there is to know of a value that was asked for.',
  values: valuesWith<PrivacyWarningCode>({
    MATCHES_EVERYONE: '`MATCH_LAST_SEEN` changes nothing while `lastSeen` is `ALL`.',
    RECIPROCAL_RECEIPTS: "Without read receipts the account does not see others' either; groups still have them.",
    NOBODY_EXCLUDED:
      '`CONTACT_BLACKLIST` begins with an empty list, so it means all contacts until someone is put on it.',
    SILENCED_NOT_BLOCKED: '`callAdd: KNOWN` silences calls, it does not block them.',
    HIDDEN_IN_TURN: 'WhatsApp does not show the account what it hides from others.',
    UNSUPPORTED: 'WhatsApp does not report this setting for the account, so it is not written. In plans alone.',
  }),
});

export const PrivacyWarningType = builder.objectRef<PrivacyWarning>('PrivacyWarning').implement({
  description: 'What a caller may not expect of a value that was asked for. It stands in the way of nothing.',
  fields: (t) => ({
    code: t.field({
      type: PrivacyWarningCodeEnum,
      description: 'What it is, for programs.',
      resolve: ({ code }) => code,
    }),
    field: t.field({ type: PrivacyFieldEnum, description: 'The field.', resolve: ({ field }) => field }),
    message: t.exposeString('message', { description: 'What it is, for people.' }),
  }),
});

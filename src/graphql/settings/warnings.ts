import type { PrivacyWarning, PrivacyWarningCode } from '../../privacy/policies/warnings.ts';
import { builder } from '../builder/builder.ts';
import { valuesWith } from '../builder/enums.ts';
import { PrivacyFieldEnum } from './fields.ts';

const PrivacyWarningCodeEnum = builder.enumType('PrivacyWarningCode', {
  description: 'What there is to know about a requested value.',
  values: valuesWith<PrivacyWarningCode>({
    MATCHES_EVERYONE: '`MATCH_LAST_SEEN` changes nothing while `lastSeen` is `ALL`.',
    RECIPROCAL_RECEIPTS: "Without read receipts the account does not see others' either; groups still have them.",
    NOBODY_EXCLUDED:
      '`CONTACT_BLACKLIST` begins with an empty list, so it means all contacts until `updatePrivacyExclusions` puts someone on it.',
    SILENCED_NOT_BLOCKED: '`callAdd: KNOWN` silences calls, it does not block them.',
    HIDDEN_IN_TURN: 'WhatsApp does not show the account what it hides from others.',
    UNSUPPORTED:
      'WhatsApp does not report this setting for the account, so it is not written. Only in plans: an update says so in `failures`.',
  }),
});

export const PrivacyWarningType = builder.objectRef<PrivacyWarning>('PrivacyWarning').implement({
  description: 'What to know about a requested value. It does not stop the update.',
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

import type { FieldOutcome, FieldResult, PartialFailure, PartialFailureCode } from '../../privacy/outcome.ts';
import { builder } from '../builder/builder.ts';
import { valuesWith } from '../builder/enums.ts';
import { PrivacyFieldEnum } from './fields.ts';

const FieldResultEnum = builder.enumType('FieldResult', {
  description: 'What became of one requested field.',
  values: valuesWith<FieldResult>({
    APPLIED: 'A read sent after our write shows it as requested.',
    ALREADY_SET:
      'A read shows it as requested, and WhatsApp took no write of ours for it: none was sent, or it was refused.',
    FAILED: 'It does not hold, or nothing proves that it does: see `failures`.',
  }),
});

const PartialFailureCodeEnum = builder.enumType('PartialFailureCode', {
  description: 'Why a requested field does not hold.',
  values: valuesWith<PartialFailureCode>({
    REJECTED: 'WhatsApp refused it; the message has its code.',
    TIMED_OUT: 'WhatsApp did not answer in time.',
    CONNECTION_LOST: 'The connection went before WhatsApp answered.',
    MISMATCH: 'WhatsApp shows another value than requested.',
    UNVERIFIED: 'No read could show whether it holds.',
    UNSUPPORTED: 'WhatsApp does not report this setting for the account, so it was not written.',
    SKIPPED: 'It was not tried: the message says why.',
    ROLLED_BACK: 'It held, and was put back because another field failed.',
  }),
});

const REQUESTED = 'The enum name that was asked for.';
const CURRENT =
  'What WhatsApp holds now: the enum name, or its text on the wire where it is outside the enum. Null when it is not known.';

export const FieldOutcomeType = builder.objectRef<FieldOutcome>('FieldOutcome').implement({
  description: 'What became of one requested field.',
  fields: (t) => ({
    field: t.field({ type: PrivacyFieldEnum, description: 'The field.', resolve: ({ field }) => field }),
    requested: t.exposeString('requested', { description: REQUESTED }),
    previous: t.exposeString('previous', {
      nullable: true,
      description: 'What was known to hold before the call, in the same form as `current`.',
    }),
    current: t.exposeString('current', { nullable: true, description: CURRENT }),
    result: t.field({ type: FieldResultEnum, description: 'What became of it.', resolve: ({ result }) => result }),
    rolledBack: t.exposeBoolean('rolledBack', {
      nullable: true,
      description:
        'With `onFailure: ROLLBACK`: whether a read shows the old value again. False where none could show it; null where nothing had to be put back.',
    }),
  }),
});

export const PartialFailureType = builder.objectRef<PartialFailure>('PartialFailure').implement({
  description: 'A requested field that does not hold now.',
  fields: (t) => ({
    field: t.field({ type: PrivacyFieldEnum, description: 'The field.', resolve: ({ field }) => field }),
    requested: t.exposeString('requested', { description: REQUESTED }),
    current: t.exposeString('current', { nullable: true, description: CURRENT }),
    code: t.field({ type: PartialFailureCodeEnum, description: 'Why, for programs.', resolve: ({ code }) => code }),
    message: t.exposeString('message', { description: 'Why, for people.' }),
    retryable: t.exposeBoolean('retryable', { description: 'Whether the same call may succeed later.' }),
  }),
});

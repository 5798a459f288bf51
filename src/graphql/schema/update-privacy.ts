import { z } from 'zod';
import { fieldSpecs, type Section } from '../../privacy/fields.ts';
import type { PrivacyUpdate } from '../../fleet/calls/privacy-calls.ts';
import type { RequestedChange } from '../../privacy/outcome.ts';
import type { FailurePolicy, UpdateTerms } from '../../privacy/policies/terms.ts';
import { instanceArgument } from '../builder/arguments.ts';
import { builder } from '../builder/builder.ts';
import { WRITE_COST } from '../builder/cost.ts';
import { valuesWith } from '../builder/enums.ts';
import { keyOf, SENT_AGAIN } from '../builder/idempotency.ts';
import { FieldOutcomeType, PartialFailureType } from './outcome.ts';
import { enumOf, fieldsOf, PrivacySettings } from './privacy.ts';
import { targetOf } from '../builder/target.ts';
import { PrivacyWarningType } from './warnings.ts';

/** Values by field name, as the caller wrote them. A field that is null counts as absent. */
type SectionInput = Readonly<Record<string, string | null | undefined>>;

const sectionInput = (section: Section, name: string, description: string) =>
  builder.inputType(name, {
    description,
    fields: (t) =>
      Object.fromEntries(
        fieldsOf(section).map((spec) => [
          spec.name,
          t.field({ type: enumOf(spec), description: `${spec.description} Left as it is when absent or null.` }),
        ]),
      ),
  });

const VisibilityInput = sectionInput('visibility', 'VisibilityInput', 'Who sees what of the account.');
const ReceiptInput = sectionInput('privacy', 'ReceiptInput', 'Read receipts, and how the account is protected.');
const PermissionInput = sectionInput('permissions', 'PermissionInput', 'Who may reach the account.');

type UpdateInput = Readonly<Partial<Record<Section, SectionInput | null | undefined>>>;

interface TermsInput {
  readonly onFailure?: FailurePolicy | null | undefined;
  readonly ifObservedAt?: number | null | undefined;
}

/** What the input asks for, in the order of the field table. */
export function changesIn(input: UpdateInput): RequestedChange[] {
  return fieldSpecs.flatMap(({ field, section, name, values }) => {
    const value = input[section]?.[name];
    const wire = value == null ? undefined : values[value];
    return wire === undefined ? [] : [{ field, wire }];
  });
}

/** On what terms. */
export const termsIn = ({ onFailure, ifObservedAt }: TermsInput): UpdateTerms => ({
  onFailure: onFailure ?? undefined,
  ifObservedAt: ifObservedAt ?? undefined,
});

const FailurePolicyEnum = builder.enumType('FailurePolicy', {
  description: 'What becomes of the other fields when one does not come to hold.',
  values: valuesWith<FailurePolicy>({
    CONTINUE: 'Each goes its own way, and what holds stays. All are written at once, so this is the fastest.',
    STOP: 'Each write waits for the reply to the one before. Behind a failure nothing is written any more: `SKIPPED`.',
    ROLLBACK:
      'What the call changed is put back, unless the phone changed something meanwhile; `rolledBack` in `outcomes` says of each whether it is. It begins with a read, and nothing is written for a field that the account does not have, or while there are under 17 of the 29 seconds left that WhatsApp has to answer: 12 are kept to put things back.',
  }),
});

export const UpdatePrivacyInput = builder.inputType('UpdatePrivacyInput', {
  description: 'The settings to change: at least one. What is absent or null stays as it is.',
  validate: z.custom<UpdateInput>(
    (input) => changesIn(input as UpdateInput).length > 0,
    'At least one privacy setting must be provided',
  ),
  fields: (t) => ({
    visibility: t.field({ type: VisibilityInput, description: 'Who sees what of the account.' }),
    privacy: t.field({ type: ReceiptInput, description: 'Read receipts, and how the account is protected.' }),
    permissions: t.field({ type: PermissionInput, description: 'Who may reach the account.' }),
    onFailure: t.field({
      type: FailurePolicyEnum,
      defaultValue: 'CONTINUE',
      description: 'What becomes of the other fields when one does not come to hold. `CONTINUE` where it is null.',
    }),
    ifObservedAt: t.field({
      type: 'DateTime',
      description:
        'Only where no setting is known to have changed since then: the `observedAt` of the settings that the change is made for. It begins with a read; else nothing is written, and the error `CONFLICT` has the present settings in `extensions.current`.',
    }),
  }),
});

const UpdatePrivacyPayload = builder.objectRef<PrivacyUpdate>('UpdatePrivacyPayload').implement({
  description: 'What became of an update, field by field, and what holds now.',
  fields: (t) => ({
    settings: t.field({
      type: PrivacySettings,
      nullable: true,
      description:
        'The read-back: all fields, not only the changed ones. Null when no read succeeded after the writes; then every requested field is in `failures`.',
      resolve: ({ instance, outcome: { snapshot } }) => snapshot && { instance, snapshot },
    }),
    outcomes: t.field({
      type: [FieldOutcomeType],
      description: 'One for each requested field.',
      resolve: ({ outcome }) => outcome.outcomes,
    }),
    failures: t.field({
      type: [PartialFailureType],
      description: 'One for each requested field that does not hold now; empty on full success.',
      resolve: ({ outcome }) => outcome.failures,
    }),
    warnings: t.field({
      type: [PrivacyWarningType],
      description: 'What to know of the requested values, by what the account held before. They stop nothing.',
      resolve: ({ outcome }) => outcome.warnings,
    }),
    stanzas: t.int({
      description: 'How many stanzas were sent to WhatsApp for this call, reads included.',
      resolve: ({ outcome }) => outcome.stanzas,
    }),
  }),
});

builder.mutationField('updatePrivacy', (t) =>
  t.field({
    type: UpdatePrivacyPayload,
    nullable: true,
    description: `Changes privacy settings, and confirms each by a fresh read from WhatsApp. What does not hold afterwards is named in \`failures\`. ${SENT_AGAIN}`,
    authScopes: { write: true },
    complexity: WRITE_COST,
    args: {
      ...instanceArgument,
      input: t.arg({ type: UpdatePrivacyInput, required: true, description: 'What to change.' }),
    },
    resolve: async (_root, { instance, input }, context, info) => {
      const { fleet, signal, deadline, record } = context;
      const { reach, name } = await targetOf(instance, context);
      const key = keyOf(context, info);
      const update = await fleet.privacy.update(
        reach,
        name,
        changesIn(input),
        { signal, deadline },
        key,
        termsIn(input),
      );
      record?.noteUpdate(update.outcome.stanzas, update.outcome.failures.length);
      return update;
    },
  }),
);

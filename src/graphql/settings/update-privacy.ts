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
import { enumOf, fieldsOf, SECTION_MEANINGS } from './fields.ts';
import { PrivacySettings } from './privacy.ts';
import { targetOf } from '../builder/target.ts';
import { PrivacyWarningType } from './warnings.ts';

/** Values by field name, as the caller wrote them. A field that is null counts as absent. */
type SectionInput = Readonly<Record<string, string | null | undefined>>;

const sectionInput = (section: Section, name: string) =>
  builder.inputType(name, {
    description: SECTION_MEANINGS[section],
    fields: (t) =>
      Object.fromEntries(
        fieldsOf(section).map((spec) => [
          spec.name,
          t.field({ type: enumOf(spec), description: `${spec.description} Left as it is when absent or null.` }),
        ]),
      ),
  });

const VisibilityInput = sectionInput('visibility', 'VisibilityInput');
const ReceiptInput = sectionInput('privacy', 'ReceiptInput');
const PermissionInput = sectionInput('permissions', 'PermissionInput');

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
  description: 'What happens to the other fields when one fails.',
  values: valuesWith<FailurePolicy>({
    CONTINUE: 'The others are written all the same, and what holds stays. All are written at once: the fastest policy.',
    STOP: 'Fields are written one by one, each after the reply to the one before. After a failure nothing more is written: the rest is `SKIPPED`.',
    ROLLBACK:
      "All of the fields, or none: what the call changed is put back, unless the phone changed something meanwhile. `rolledBack` in `outcomes` says of each field whether it is back. Begins with a read. Nothing is written where the account lacks one of the fields, or where less than 18 of the call's 30 s are left (`TIMEOUT`): 12 s are kept to put things back.",
  }),
});

export const UpdatePrivacyInput = builder.inputType('UpdatePrivacyInput', {
  description: 'The settings to change: at least one. What is absent or null stays as it is.',
  validate: z.custom<UpdateInput>(
    (input) => changesIn(input as UpdateInput).length > 0,
    'At least one privacy setting must be provided',
  ),
  fields: (t) => ({
    visibility: t.field({ type: VisibilityInput, description: SECTION_MEANINGS.visibility }),
    privacy: t.field({ type: ReceiptInput, description: SECTION_MEANINGS.privacy }),
    permissions: t.field({ type: PermissionInput, description: SECTION_MEANINGS.permissions }),
    onFailure: t.field({
      type: FailurePolicyEnum,
      defaultValue: 'CONTINUE',
      description: 'What happens to the other fields when one fails. `CONTINUE` where it is null.',
    }),
    ifObservedAt: t.field({
      type: 'DateTime',
      description:
        'Writes only where no setting is known to have changed since that time: give the `observedAt` of the settings that the caller saw. Begins with a read. Where one has changed, nothing is written, and the call fails as `CONFLICT` with the present settings in `extensions.current`.',
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
      description:
        'What to know about the requested values, given what the account held before. They do not stop the update.',
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

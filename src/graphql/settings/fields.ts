import { fieldSpecs, type FieldSpec, type PrivacyField, type Section } from '../../privacy/fields.ts';
import { builder } from '../builder/builder.ts';
import { valuesWith } from '../builder/enums.ts';

const EXCEPT_SOME = "The account's contacts, except those on the field's exclusion list: see `privacyExclusions`.";

/** What a value means, by its enum name; `FIELD.VALUE` where a field gives it a meaning of its own. */
const MEANINGS: Readonly<Record<string, string>> = {
  ALL: 'Everyone.',
  CONTACTS: "The account's contacts.",
  CONTACT_BLACKLIST: "The account's contacts, except those on the field's exclusion list: see `privacyExclusions`.",
  'LINKED_PROFILES.CONTACT_BLACKLIST': EXCEPT_SOME,
  'PIX.CONTACT_BLACKLIST': EXCEPT_SOME,
  NONE: 'Nobody.',
  MATCH_LAST_SEEN: 'Whoever sees the last seen.',
  CONTACT_ALLOWLIST: "Those of the account's contacts who are on a list kept on the phone.",
  KNOWN: 'Known callers: calls of others are silenced.',
  'READ_RECEIPTS.ALL': 'Read receipts are sent and shown.',
  'READ_RECEIPTS.NONE': 'Read receipts are neither sent nor shown.',
  DAY_1: 'A day.',
  DAYS_7: 'Seven days.',
  DAYS_90: '90 days.',
  'DEFAULT_DISAPPEARING.OFF': 'Until they are deleted.',
  'DEFENSE.OFF': 'It is off.',
  'DEFENSE.ON_STANDARD': "It is on, in WhatsApp's standard form.",
};

const meaningOf = (spec: FieldSpec, value: string): string =>
  MEANINGS[`${spec.field}.${value}`] ?? MEANINGS[value] ?? value;

/** The enum of each field's values, made from the field table. */
const enumOfField = new Map(
  fieldSpecs.map((spec) => [
    spec.field,
    builder.enumType(spec.enumName, {
      description: `Values of \`${spec.name}\`. ${spec.description}`,
      values: valuesWith(Object.fromEntries(Object.keys(spec.values).map((value) => [value, meaningOf(spec, value)]))),
    }),
  ]),
);

export function enumOf(spec: FieldSpec) {
  const type = enumOfField.get(spec.field);
  if (!type) throw new TypeError(`No enum for ${spec.field}`);
  return type;
}

export const fieldsOf = (section: Section): readonly FieldSpec[] =>
  fieldSpecs.filter((spec) => spec.section === section);

export const PrivacyFieldEnum = builder.enumType('PrivacyField', {
  description: 'The settings that this version models.',
  values: valuesWith(
    Object.fromEntries(fieldSpecs.map(({ field, description }) => [field, description])) as Record<
      PrivacyField,
      string
    >,
  ),
});

/** What the fields of a section are about. */
export const SECTION_MEANINGS: Readonly<Record<Section, string>> = {
  visibility: 'Who sees what of the account.',
  privacy: 'Read receipts, strict protection, and the default timer.',
  permissions: 'Who may reach the account.',
};

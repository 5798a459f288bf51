import type { FieldSpec, Section } from '../privacy/fields.ts';
import { STATUS_TEXTS } from './envelope.ts';
import { SECTIONS, specsIn } from './profile-body.ts';
import { namedSpecs } from './users-privacy.ts';

/** A JSON Schema, or another part of the description. */
export type Json = Readonly<Record<string, unknown>>;

const byName = <T>(items: readonly T[], name: (item: T) => string, schema: (item: T) => Json): Json =>
  Object.fromEntries(items.map((item) => [name(item), schema(item)]));

/** An object with all of these properties and no others. */
const exactly = (properties: Json, more: Json = {}): Json => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
  ...more,
});

const valuesOf = (spec: FieldSpec): string[] => Object.values(spec.values);

const shown = (spec: FieldSpec): Json => ({
  type: ['string', 'null'],
  description: `${spec.description} As WhatsApp has it, which may be more than can be set here; null when WhatsApp does not say.`,
  examples: valuesOf(spec),
});

const wanted = (spec: FieldSpec): Json => ({
  description: `${spec.description} Left as it is when absent or null.`,
  enum: [...valuesOf(spec), null],
});

const SECTION_TEXTS: Readonly<Record<Section, string>> = {
  visibility: 'Who sees what of the account.',
  privacy: 'What the account lets others know about reading.',
  permissions: 'Who may reach the account.',
};

const sections = (section: (name: Section) => Json): Json => byName(SECTIONS, (name) => name, section);

const text = (example: string): Json => ({ type: 'string', examples: [example] });

export const schemas = {
  ProfileSettings: exactly(
    sections((name) => exactly(byName(specsIn(name), (spec) => spec.name, shown))),
    { description: 'All settings, read from WhatsApp for this answer.' },
  ),
  ProfileUpdate: {
    type: 'object',
    description: 'The settings to change, at least one. What is absent or null stays as it is.',
    properties: sections((name) => ({
      type: ['object', 'null'],
      description: SECTION_TEXTS[name],
      properties: byName(specsIn(name), (spec) => spec.name, wanted),
      additionalProperties: false,
    })),
    additionalProperties: false,
  },
  ProfileAnswer: exactly({
    success: { const: true },
    message: text('Privacy settings updated successfully'),
    settings: { $ref: '#/components/schemas/ProfileSettings' },
  }),
  ProfileError: exactly({
    success: { const: false },
    error: exactly({ message: { type: 'string', description: 'What was wrong.' } }),
  }),
  UsersUpdate: {
    description: 'One setting and its value. Further members are ignored.',
    // In each branch: otherwise generated types allow both to be left out.
    oneOf: namedSpecs.map((spec) => ({
      type: 'object',
      properties: { setting: { const: spec.restName, description: spec.description }, value: { enum: valuesOf(spec) } },
      required: ['setting', 'value'],
    })),
  },
  UsersUpdated: exactly({ code: { const: 200 }, status: { const: true }, message: { type: 'string' } }),
  UsersSettings: exactly({
    code: { const: 200 },
    status: { const: true },
    message: { type: 'string' },
    data: exactly(
      byName(namedSpecs, (spec) => spec.restName, shown),
      {
        description: 'Read from WhatsApp for this answer.',
      },
    ),
  }),
  UsersError: exactly({
    status: { const: false },
    code: { type: 'integer', enum: Object.keys(STATUS_TEXTS).map(Number), description: 'The HTTP status.' },
    message: { type: 'string', enum: Object.values(STATUS_TEXTS), description: 'What the status means.' },
    error: { type: 'string', description: 'What was wrong.' },
  }),
} satisfies Readonly<Record<string, Json>>;

/** A body that sets every field to the last of its values. */
export const updateExample: Json = sections((section) =>
  Object.fromEntries(specsIn(section).map((spec) => [spec.name, valuesOf(spec).at(-1)])),
);

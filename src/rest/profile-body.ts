import { described } from '../errors.ts';
import { PROFILE_FIELDS, type FieldSpec, type Section } from '../privacy/fields.ts';
import type { RequestedChange } from '../privacy/outcome.ts';
import { isObject, type JsonObject } from './body.ts';
import { badRequest } from './problem.ts';

/** What its documentation has: another field of the table is to it as one that nobody knows. */
export const profileSpecs: readonly FieldSpec[] = PROFILE_FIELDS;

/** The sections in the order of the field table. */
export const SECTIONS: readonly Section[] = [...new Set(profileSpecs.map(({ section }) => section))];

export const specsIn = (section: Section): readonly FieldSpec[] =>
  profileSpecs.filter((spec) => spec.section === section);

export const NO_SETTING_GIVEN = 'At least one privacy setting must be provided';

export const invalidValue = ({ name, values }: FieldSpec, value: string): string =>
  `Invalid ${name} value: ${value}. Valid values: ${Object.values(values).join(', ')}`;

/**
 * The changes that the body of a profile update requests. Null counts as absent. Known fields are checked first, in the
 * order of the table: a body with several mistakes gets the message that the documented order gives it.
 * @throws ProblemError 400 at the first mistake.
 */
export function changesIn(body: JsonObject): RequestedChange[] {
  const changes = profileSpecs.flatMap((spec) => {
    const wire = wireIn(body, spec);
    return wire === undefined ? [] : [{ field: spec.field, wire }];
  });
  refuseUnknown(body);
  if (changes.length === 0) throw badRequest(NO_SETTING_GIVEN);
  return changes;
}

function wireIn(body: JsonObject, spec: FieldSpec): string | undefined {
  const section = body[spec.section] ?? {};
  if (!isObject(section)) throw badRequest(`Invalid ${spec.section}: must be an object, not ${described(section)}`);
  const value = section[spec.name] ?? undefined;
  if (value === undefined) return undefined;
  if (typeof value === 'string' && Object.values(spec.values).includes(value)) return value;
  throw badRequest(invalidValue(spec, described(value)));
}

function refuseUnknown(body: JsonObject): void {
  for (const [name, content] of Object.entries(body)) {
    const section = SECTIONS.find((known) => known === name);
    if (!section) throw badRequest(`Unknown section: ${described(name)}. Valid sections: ${SECTIONS.join(', ')}`);
    const known = specsIn(section).map((spec) => spec.name);
    const unknown = Object.keys(content ?? {}).find((field) => !known.includes(field));
    if (unknown !== undefined)
      throw badRequest(`Unknown field: ${name}.${described(unknown)}. Valid fields: ${known.join(', ')}`);
  }
}

import { FIELD_ORDER, FIELDS, heldValue, type Sections } from '../../../fields.ts';
import type { FailurePolicy, PrivacyField, UpdatePrivacyInput } from '../../../gql/graphql.ts';

/** What the person has chosen and not applied, with what held when they chose. */
export type Draft = Readonly<Partial<Record<PrivacyField, Chosen>>>;

export interface Chosen {
  readonly value: string;
  /** Undefined where it was not known. */
  readonly base: string | undefined;
}

export type Changes = Readonly<Partial<Record<PrivacyField, string>>>;

/** Choosing what holds takes the edit back. */
export function choose(draft: Draft, field: PrivacyField, value: string, held: string | undefined): Draft {
  const { [field]: _, ...rest } = draft;
  return value === held ? rest : { ...rest, [field]: { value, base: held } };
}

export function without(draft: Draft, fields: readonly PrivacyField[]): Draft {
  const gone = new Set(fields);
  return Object.fromEntries(
    FIELD_ORDER.flatMap((field) => (draft[field] && !gone.has(field) ? [[field, draft[field]]] : [])),
  );
}

/** What the page shows beside an edit, where what holds is not what held when it was made. */
export function overtaken(draft: Draft, settings: Sections | undefined, field: PrivacyField): string | undefined {
  const chosen = draft[field];
  if (chosen?.base === undefined || settings === undefined) return undefined;
  const held = heldValue(settings, field);
  return held === chosen.base ? undefined : held;
}

export const changesOf = (draft: Draft): Changes =>
  Object.fromEntries(FIELD_ORDER.flatMap((field) => (draft[field] ? [[field, draft[field].value]] : [])));

/**
 * @param seenAt when the settings that the person saw were observed: where one has changed since, nothing is written.
 * Undefined where they may not see any.
 */
export function inputOf(changes: Changes, onFailure: FailurePolicy, seenAt: string | undefined): UpdatePrivacyInput {
  const sections: Record<string, Record<string, string>> = {};
  for (const field of FIELD_ORDER) {
    const value = changes[field];
    if (value === undefined) continue;
    const { section, key } = FIELDS[field];
    sections[section] = { ...sections[section], [key]: value };
  }
  return { ...sections, onFailure, ...(seenAt === undefined ? {} : { ifObservedAt: seenAt }) };
}

export interface Move {
  readonly field: PrivacyField;
  readonly from: string;
  readonly to: string;
}

/** What is another than before. What was not known, or is not known now, says nothing of a change. */
export function movesBetween(before: Sections | undefined, after: Sections): Move[] {
  if (before === undefined) return [];
  return FIELD_ORDER.flatMap((field) => {
    const from = heldValue(before, field);
    const to = heldValue(after, field);
    return from !== undefined && to !== undefined && from !== to ? [{ field, from, to }] : [];
  });
}

import { enumNameOf, fieldSpecs, TIMER, type FieldSpec } from './fields.ts';

/** WhatsApp's answer for a category that it could not work out: unknown, not a value. */
export const UNKNOWN_VALUE = 'error';

/** One answer of WhatsApp to a privacy read. */
export interface Snapshot {
  /** Wire value by wire category, in the order WhatsApp gave them; and the timer, where it was asked for. */
  readonly categories: ReadonlyMap<string, string>;
  /** When the answer came, epoch milliseconds. */
  readonly observedAt: number;
  /** The sequence number of the read, given when it was sent: a higher one was sent later. */
  readonly sequence: number;
}

/** A category or value that this version does not model. */
export interface RawSetting {
  readonly category: string;
  readonly value: string;
}

/** What the snapshot holds for a field, or undefined where it holds nothing that is known. */
export function wireValue(snapshot: Snapshot, spec: FieldSpec): string | undefined {
  const value = snapshot.categories.get(spec.category);
  // guard: the value "error" proves nothing, else value
  return value === UNKNOWN_VALUE ? undefined : value;
}

/** A wire value as clients see it: the enum name, or the text on the wire where it is outside the enum. */
export function shown(spec: FieldSpec, wire: string): string {
  return enumNameOf(spec, wire) ?? wire;
}

/** The field's enum name; undefined where WhatsApp reports none, `error`, or a value outside the enum. */
export function modelled(snapshot: Snapshot, spec: FieldSpec): string | undefined {
  const wire = wireValue(snapshot, spec);
  return wire === undefined ? undefined : enumNameOf(spec, wire);
}

/** Enum name by section and name of the field; null where there is none that this version models. */
export function settingsBySection(snapshot: Snapshot): Record<string, Record<string, string | null>> {
  const sections: Record<string, Record<string, string | null>> = {};
  for (const spec of fieldSpecs) (sections[spec.section] ??= {})[spec.name] = modelled(snapshot, spec) ?? null;
  return sections;
}

/** Categories, and values of known categories, that this version does not model. */
export function unmodelled(snapshot: Snapshot): RawSetting[] {
  const specs = new Map(fieldSpecs.map((spec) => [spec.category, spec]));
  return [...snapshot.categories].flatMap(([category, value]) => {
    const spec = specs.get(category);
    return spec && enumNameOf(spec, value) !== undefined ? [] : [{ category, value }];
  });
}

export function sameSettings(a: Snapshot, b: Snapshot): boolean {
  if (a.categories.size !== b.categories.size) return false;
  return [...a.categories].every(([category, value]) => b.categories.get(category) === value);
}

/** The same settings with that timer instead of theirs; without one where it is undefined. */
export function withTimer(snapshot: Snapshot, seconds?: string): Snapshot {
  const categories = new Map(snapshot.categories);
  categories.delete(TIMER);
  if (seconds !== undefined) categories.set(TIMER, seconds);
  return { ...snapshot, categories };
}

import { fieldSpecs, TIMER, type PrivacyField } from './fields.ts';
import type { Snapshot } from './settings.ts';

/** What an account can be set to. */
export interface Capability {
  readonly field: PrivacyField;
  /** Enum names. */
  readonly values: readonly string[];
  /** Whether it can have an exclusion list. */
  readonly exclusions: boolean;
}

/** Of the account that showed these settings: its fields in the order of the table. Every account has a timer. */
export const capabilitiesOf = ({ categories }: Snapshot): Capability[] =>
  fieldSpecs
    .filter(({ category }) => category === TIMER || categories.has(category))
    .map(({ field, values, exclusions }) => ({ field, values: Object.keys(values), exclusions }));

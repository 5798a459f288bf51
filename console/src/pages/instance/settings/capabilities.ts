import { FIELD_ORDER, FIELDS, hasExclusions, type Section } from '../../../fields.ts';
import type { PrivacyField } from '../../../gql/graphql.ts';

export interface Capability {
  readonly field: PrivacyField;
  readonly values: readonly string[];
  readonly exclusions: boolean;
}

/** For a token that may not see what the account has: whatever there is. What the account lacks fails as such. */
export const EVERYTHING: readonly Capability[] = FIELD_ORDER.map((field) => ({
  field,
  values: FIELDS[field].values,
  exclusions: hasExclusions(field),
}));

/** In the order in which the page shows them. A newer service may have fields that this page does not know. */
export const inSection = (capabilities: readonly Capability[], section: Section): Capability[] =>
  FIELD_ORDER.filter((field) => FIELDS[field].section === section).flatMap((field) =>
    capabilities.filter((capability) => capability.field === field),
  );

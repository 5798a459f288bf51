import type { PrivacyField } from '../gql/graphql.ts';
import type { Texts } from './en.ts';

/** A value in the person's words; as WhatsApp or the service has it, where that is none that this version knows. */
export function valueText({ values }: Texts, field: PrivacyField, value: string): string {
  const known: Partial<Record<string, string>> = values[field];
  return known[value] ?? value;
}

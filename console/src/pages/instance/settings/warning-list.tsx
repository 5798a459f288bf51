import type { PrivacyField, PrivacyWarningCode } from '../../../gql/graphql.ts';
import { useTexts } from '../../../texts/texts.ts';

interface Warning {
  readonly code: PrivacyWarningCode;
  readonly field: PrivacyField;
  readonly message: string;
}

/** What there is to know about the values; a newer service may warn of something that has no text here. */
export function WarningList({ warnings }: { readonly warnings: readonly Warning[] }) {
  const texts = useTexts();
  if (warnings.length === 0) return null;
  const known: Partial<Record<string, string>> = texts.warnings;
  return (
    <ul class="note note-warn warnings">
      {warnings.map(({ code, field, message }) => (
        <li key={`${field} ${code}`}>
          <strong>{texts.fields[field].name}:</strong> {known[code] ?? message}
        </li>
      ))}
    </ul>
  );
}

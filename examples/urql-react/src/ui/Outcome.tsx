import type { PrivacyField, SettingsFragment } from '../gql/graphql.ts';
import type { Answer } from './SettingsForm.tsx';

interface Props {
  readonly id: string;
  readonly field: PrivacyField;
  readonly answer: Answer | undefined;
  readonly settings: SettingsFragment;
  /** What these hold of the field. */
  readonly held: string | null;
}

/** What became of one field of an update: some may hold and others not. */
export function Outcome({ id, field, answer, settings, held }: Props) {
  const outcome = answer?.outcomes.find((each) => each.field === field);
  const failure = answer?.failures.find((each) => each.field === field);
  const warnings = answer?.warnings.filter((each) => each.field === field) ?? [];
  const isLater = settings.observedAt > (answer?.settings?.observedAt ?? settings.observedAt);
  if (outcome && isLater && held !== outcome.current) return <p id={id}>It has changed since.</p>;
  return (
    <p id={id} className={failure && 'failed'}>
      {outcome?.result === 'APPLIED' && 'Applied. '}
      {outcome?.result === 'ALREADY_SET' && 'It was set already. '}
      {failure && (
        <>
          Not {outcome?.requested} ({failure.code}): {failure.message}.{' '}
          {outcome?.current ? `WhatsApp holds ${outcome.current}. ` : 'What WhatsApp holds is not known. '}
          {failure.retryable && 'You may try again. '}
        </>
      )}
      {warnings.map(({ message }) => message).join(' ')}
    </p>
  );
}

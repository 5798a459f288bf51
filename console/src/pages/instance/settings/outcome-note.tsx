import type { PrivacyField } from '../../../gql/graphql.ts';
import { useTexts } from '../../../texts/texts.ts';
import { valueText } from '../../../texts/value-text.ts';
import type { Update } from './use-apply.ts';
import { WarningList } from './warning-list.tsx';

type Outcome = Update['outcomes'][number];
type Failure = Update['failures'][number];

const SIGNS = { APPLIED: '✓', ALREADY_SET: '=', FAILED: '✗' } as const;

function Failed({ outcome, failure }: { readonly outcome: Outcome; readonly failure: Failure }) {
  const texts = useTexts();
  const { settings } = texts;
  const { field, current, code, message } = failure;
  const known: Partial<Record<string, string>> = texts.failures;
  return (
    <p>
      {settings.requested(valueText(texts, field, failure.requested))} {known[code]}{' '}
      {current !== null && settings.holds(valueText(texts, field, current))}
      {current === null && code !== 'UNSUPPORTED' && settings.holdsUnknown}{' '}
      {outcome.rolledBack === true && settings.backAgain}
      {outcome.rolledBack === false && settings.notBack} <small lang="en">{message}</small>
    </p>
  );
}

interface OutcomeProps {
  readonly update: Update;
  /** Sends these fields again; undefined while that can not be. */
  readonly onRetry: ((fields: readonly PrivacyField[]) => void) | undefined;
  readonly onClose: () => void;
}

/** What became of each setting, and what proves it. */
export function OutcomeNote({ update, onRetry, onClose }: OutcomeProps) {
  const texts = useTexts();
  const { settings, fields, language } = texts;
  const { outcomes, failures, warnings, stanzas } = update;
  const again = failures.filter(({ retryable }) => retryable).map(({ field }) => field);
  return (
    <section class="outcome" aria-label={settings.outcome}>
      <h3>{settings.outcome}</h3>
      <ul class="steps">
        {outcomes.map((outcome) => {
          const { field, result, previous, current } = outcome;
          const failure = failures.find((failed) => failed.field === field);
          return (
            <li key={field} class={`result result-${result}`}>
              <strong>{fields[field].name}</strong>{' '}
              <span class="chip">
                <span aria-hidden="true">{SIGNS[result]}</span> {settings.results[result]}
              </span>
              {failure ? (
                <Failed {...{ outcome, failure }} />
              ) : (
                <p>
                  {current !== null && valueText(texts, field, current)}
                  {previous !== null && previous !== current && ` (${settings.was(valueText(texts, field, previous))})`}
                </p>
              )}
            </li>
          );
        })}
      </ul>
      <p class="proof">
        {update.settings
          ? settings.proof(new Date(update.settings.observedAt).toLocaleTimeString(language))
          : settings.noProof}{' '}
        {settings.stanzas(stanzas)}.
      </p>
      <WarningList warnings={warnings} />
      <div class="buttons">
        {again.length > 0 && onRetry && (
          <button type="button" onClick={() => onRetry(again)}>
            {settings.tryAgain}: {again.map((field) => fields[field].name).join(', ')}
          </button>
        )}
        <button type="button" class="quiet" onClick={onClose}>
          {settings.close}
        </button>
      </div>
    </section>
  );
}

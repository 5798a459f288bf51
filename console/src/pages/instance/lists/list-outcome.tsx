import type { ContactResult } from '../../../gql/graphql.ts';
import { useTexts } from '../../../texts/texts.ts';
import type { ListChange } from './sources.ts';

interface OutcomeProps {
  readonly change: ListChange;
  /** What each result is called on this list. */
  readonly results: Readonly<Record<ContactResult, string>>;
}

/** What became of each contact, and what proves it. */
export function ListOutcome({ change, results }: OutcomeProps) {
  const { lists, settings, language } = useTexts();
  const { outcomes, failures, list, stanzas } = change;
  const known: Partial<Record<string, string>> = lists.failures;
  return (
    <div class="list-outcome">
      <ul class="plain">
        {outcomes.map(({ contact, result }) => {
          const failure = failures.find((failed) => failed.contact === contact);
          return (
            <li key={contact} class={`result result-${result === 'FAILED' ? 'FAILED' : 'APPLIED'}`}>
              <strong>{contact}</strong>{' '}
              <span class="chip">
                <span aria-hidden="true">{result === 'FAILED' ? '✗' : '✓'}</span> {results[result]}
              </span>{' '}
              {failure && (
                <>
                  {known[failure.code]}{' '}
                  {failure.code !== 'NOT_ON_WHATSAPP' && <small lang="en">{failure.message}</small>}
                </>
              )}
            </li>
          );
        })}
      </ul>
      <p class="proof">
        {list ? settings.proof(new Date(list.observedAt).toLocaleTimeString(language)) : settings.noProof}{' '}
        {settings.stanzas(stanzas)}.
      </p>
    </div>
  );
}

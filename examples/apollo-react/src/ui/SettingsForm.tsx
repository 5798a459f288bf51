import { useState } from 'react';
import type { InstanceQuery, SettingsFragment, UpdatePrivacyInput, UpdatePrivacyMutation } from '../gql/graphql.ts';
import { type Draft, heldIn, inputOf, ROWS } from './fields.ts';
import { Outcome } from './Outcome.tsx';

export type Answer = NonNullable<UpdatePrivacyMutation['updatePrivacy']>;
type Capabilities = NonNullable<InstanceQuery['instance']>['capabilities'];

interface Props {
  readonly settings: SettingsFragment;
  readonly capabilities: Capabilities;
  /** Of the last update. */
  readonly answer: Answer | undefined;
  readonly busy: boolean;
  onApply(input: UpdatePrivacyInput): void;
}

/** Shows what holds, but where somebody has chosen something else and not applied it yet. */
export function SettingsForm({ settings, capabilities, answer, busy, onApply }: Props) {
  const [draft, setDraft] = useState<Draft>({});
  const valuesOf = new Map(capabilities.map(({ field, values }) => [field, values]));
  const apply = (): void => {
    onApply(inputOf(draft));
    setDraft({});
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        apply();
      }}
    >
      <h1>Privacy settings</h1>
      <p>
        Observed <time dateTime={settings.observedAt}>{new Date(settings.observedAt).toLocaleString()}</time>
        {settings.stale && '; they may have changed since'}
      </p>
      <fieldset disabled={busy}>
        <legend>Who sees and may what</legend>
        {ROWS.filter(({ field }) => valuesOf.has(field)).map((row) => {
          const held = heldIn(settings, row);
          return (
            <div className="row" key={row.field}>
              <label htmlFor={row.field}>{row.label}</label>
              <select
                id={row.field}
                aria-describedby={`${row.field}-outcome`}
                value={draft[row.field] ?? held ?? ''}
                onChange={({ target }) => setDraft({ ...draft, [row.field]: target.value })}
              >
                {held === null && <option value="">not known</option>}
                {valuesOf.get(row.field)?.map((value) => (
                  <option key={value}>{value}</option>
                ))}
              </select>
              <Outcome
                id={`${row.field}-outcome`}
                field={row.field}
                answer={busy ? undefined : answer}
                settings={settings}
                held={held}
              />
            </div>
          );
        })}
        <button type="submit" disabled={Object.keys(draft).length === 0}>
          Apply
        </button>
      </fieldset>
      <p role="status">{busy ? 'Applying …' : summaryOf(answer)}</p>
    </form>
  );
}

function summaryOf(answer: Answer | undefined): string {
  if (!answer) return '';
  const { outcomes, failures } = answer;
  if (failures.length === 0) return 'All of it holds.';
  return `${outcomes.length - failures.length} of ${outcomes.length} hold.`;
}

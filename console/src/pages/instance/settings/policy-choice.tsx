import { useId } from 'preact/hooks';
import type { FailurePolicy } from '../../../gql/graphql.ts';
import { useTexts } from '../../../texts/texts.ts';

const POLICIES: readonly FailurePolicy[] = ['CONTINUE', 'STOP', 'ROLLBACK'];

interface PolicyProps {
  readonly value: FailurePolicy;
  readonly isDisabled: boolean;
  readonly onChange: (policy: FailurePolicy) => void;
}

/** What happens to the other settings when one fails. */
export function PolicyChoice({ value, isDisabled, onChange }: PolicyProps) {
  const { settings } = useTexts();
  const id = useId();
  return (
    <details class="policy">
      <summary>
        {settings.ifOneFails}: {settings.policies[value].name}
      </summary>
      <fieldset disabled={isDisabled}>
        <legend class="hidden">{settings.ifOneFails}</legend>
        {POLICIES.map((policy) => (
          <div key={policy} class="policy-row">
            <input
              type="radio"
              id={`${id}-${policy}`}
              name={id}
              checked={policy === value}
              aria-describedby={`${id}-${policy}-what`}
              onChange={() => onChange(policy)}
            />
            <div>
              <label for={`${id}-${policy}`}>{settings.policies[policy].name}</label>
              <p id={`${id}-${policy}-what`} class="hint">
                {settings.policies[policy].description}
              </p>
            </div>
          </div>
        ))}
      </fieldset>
    </details>
  );
}

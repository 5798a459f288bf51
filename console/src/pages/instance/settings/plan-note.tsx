import { useTexts } from '../../../texts/texts.ts';
import { valueText } from '../../../texts/value-text.ts';
import { ProblemNote } from '../../../ui/problem-note.tsx';
import type { Changes } from './draft.ts';
import type { Planning } from './use-plan.ts';
import { WarningList } from './warning-list.tsx';

/** What the service would do, before it does. */
export function PlanNote({ planning, changes }: { readonly planning: Planning; readonly changes: Changes }) {
  const texts = useTexts();
  const { settings, fields } = texts;
  const { plan, problem, isAsking } = planning;
  if (problem && problem.code !== 'CONFLICT') return <ProblemNote problem={problem} />;
  if (plan === undefined) return <p class="hint">{settings.planning}</p>;
  return (
    <section class="plan" aria-label={settings.plan} aria-busy={isAsking}>
      {/* The steps below are of an earlier choice until the next ones are there. */}
      <h3>{isAsking ? settings.planning : settings.plan}</h3>
      <ul class="steps">
        {plan.steps.map(({ field, from, to }) => (
          <li key={field}>
            <strong>{fields[field].name}</strong> <span class="chip chip-sent">{settings.sent}</span>
            <br />
            {from === null
              ? settings.to(valueText(texts, field, to))
              : settings.fromTo(valueText(texts, field, from), valueText(texts, field, to))}
          </li>
        ))}
        {plan.unchanged.map((field) => (
          <li key={field}>
            <strong>{fields[field].name}</strong> <span class="chip">{settings.stays}</span>
            <br />
            {valueText(texts, field, changes[field] ?? '')}
          </li>
        ))}
      </ul>
      <p>
        {settings.stanzas(plan.stanzas)} <small>({settings.stanzasHint})</small>
      </p>
      <WarningList warnings={plan.warnings} />
    </section>
  );
}

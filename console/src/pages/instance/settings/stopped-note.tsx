import { useEffect, useState } from 'preact/hooks';
import type { Problem } from '../../../api/problem.ts';
import { useTexts } from '../../../texts/texts.ts';
import { valueText } from '../../../texts/value-text.ts';
import { ProblemNote } from '../../../ui/problem-note.tsx';
import type { Move } from './draft.ts';

/** Counts down from when it is first drawn. */
function useWait(ms: number | undefined): number {
  const [left, setLeft] = useState(0);
  useEffect(() => {
    const until = Date.now() + (ms ?? 0);
    const count = (): void => setLeft(Math.max(0, Math.ceil((until - Date.now()) / 1_000)));
    count();
    const timer = setInterval(count, 1_000);
    return () => clearInterval(timer);
  }, [ms]);
  return left;
}

interface StoppedProps {
  readonly problem: Problem;
  /** Otherwise nothing was changed. */
  readonly mayBeDone: boolean;
  /** What had been changed elsewhere, where that is what stopped it. */
  readonly moves: readonly Move[];
  readonly onResend: (() => void) | undefined;
}

/** What stopped the whole call, and what that means for the settings. */
export function StoppedNote({ problem, mayBeDone, moves, onResend }: StoppedProps) {
  const texts = useTexts();
  const { settings, fields } = texts;
  const seconds = useWait(problem.retryAfterMs);
  if (problem.code === 'CONFLICT' && problem.extensions['current'] !== undefined)
    return (
      <div class="note note-warn" role="alert">
        <p>{mayBeDone ? settings.conflictOrOwn : settings.conflict}</p>
        <ul>
          {moves.map(({ field, from, to }) => (
            <li key={field}>
              <strong>{fields[field].name}</strong>{' '}
              {settings.fromTo(valueText(texts, field, from), valueText(texts, field, to))}
            </li>
          ))}
        </ul>
      </div>
    );
  return (
    <>
      <ProblemNote problem={problem} />
      <p>{mayBeDone ? settings.mayHaveHappened : settings.nothingDone}</p>
      {seconds > 0 && <p class="hint">{settings.waitFor(seconds)}</p>}
      {mayBeDone && onResend && (
        <button type="button" onClick={onResend}>
          {settings.resend}
        </button>
      )}
    </>
  );
}

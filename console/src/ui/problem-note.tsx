import type { Problem } from '../api/problem.ts';
import { useTexts } from '../texts/texts.ts';

/** What stopped a call: in the person's language where it has a text, else, or beside it, in the service's own words. */
export function ProblemNote({ problem, onRetry }: { readonly problem: Problem; readonly onRetry?: () => void }) {
  const { problems, shell } = useTexts();
  const known = (problems as Partial<Record<string, string>>)[problem.code];
  return (
    <div class="note note-bad" role="alert">
      <p>
        {known}
        {known !== undefined && problem.message !== '' ? ' ' : ''}
        {problem.message}
      </p>
      {onRetry && (
        <button type="button" onClick={onRetry}>
          {shell.tryAgain}
        </button>
      )}
    </div>
  );
}

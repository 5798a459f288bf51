import type { Problem } from '../api/problem.ts';
import { useTexts } from '../texts/texts.ts';
import { ProblemNote } from './problem-note.tsx';

/** What came to no answer may have been done all the same. */
const UNSURE = new Set<Problem['code']>(['UNREACHABLE', 'TIMEOUT']);

/** What stopped a call that changes something; nothing where nothing did. */
export function CallProblem({ problem }: { readonly problem: Problem | undefined }) {
  const { lifecycle } = useTexts();
  if (problem === undefined) return null;
  return (
    <>
      <ProblemNote problem={problem} />
      {UNSURE.has(problem.code) && <p class="hint">{lifecycle.unsure}</p>}
    </>
  );
}

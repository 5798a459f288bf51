import type { ComponentChildren } from 'preact';
import type { Problem } from '../api/problem.ts';
import { useTexts } from '../texts/texts.ts';
import { ProblemNote } from './problem-note.tsx';

/** What came to no answer may have been done all the same. */
const UNSURE = new Set<Problem['code']>(['UNREACHABLE', 'TIMEOUT']);

interface CallProblemProps {
  readonly problem: Problem | undefined;
  /** What to do where nobody knows whether it was done. */
  readonly unsure?: ComponentChildren;
}

/** What stopped a call that changes something; nothing where nothing did. */
export function CallProblem({ problem, unsure }: CallProblemProps) {
  const { lifecycle } = useTexts();
  if (problem === undefined) return null;
  return (
    <>
      <ProblemNote problem={problem} />
      {UNSURE.has(problem.code) && <p>{unsure ?? lifecycle.unsure}</p>}
    </>
  );
}

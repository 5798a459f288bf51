import type { TypedDocumentNode } from '@urql/core';
import { useEffect, useRef, useState } from 'preact/hooks';
import { useApi } from './api.ts';
import { type Problem, problemOf } from './problem.ts';
import { signIn } from './token.ts';

export interface Call<Data, Variables> {
  readonly isBusy: boolean;
  /** What stopped the last one. */
  readonly problem: Problem | undefined;
  /** @returns its data where nothing stopped it, and whoever asked for it is still signed in. */
  run(variables: Variables): Promise<Data | undefined>;
  /** Takes the problem away that a person has dealt with. */
  forget(): void;
}

/** A mutation that somebody makes by a button: one at a time. */
export function useCall<Data, Variables extends Record<string, unknown>>(
  document: TypedDocumentNode<Data, Variables>,
): Call<Data, Variables> {
  const { client } = useApi();
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const isRunning = useRef(false);
  const isThere = useRef(true);
  useEffect(() => () => void (isThere.current = false), []);
  return {
    isBusy,
    problem,
    run: async (variables) => {
      const asker = signIn.value;
      if (isRunning.current) return undefined;
      isRunning.current = true;
      setBusy(true);
      setProblem(undefined);
      const { data, error } = await client.mutation(document, variables).toPromise();
      isRunning.current = false;
      const stopped = problemOf(error);
      // The page may be another by now; what came of it, such as a token, is not lost.
      if (isThere.current) {
        setBusy(false);
        setProblem(stopped);
      }
      return stopped === undefined && signIn.value === asker ? data : undefined;
    },
    forget: () => setProblem(undefined),
  };
}

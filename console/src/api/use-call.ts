import type { TypedDocumentNode } from '@urql/core';
import { useEffect, useRef, useState } from 'preact/hooks';
import { useApi } from './api.ts';
import { type Problem, problemOf } from './problem.ts';

export interface Call<Data, Variables> {
  readonly isBusy: boolean;
  /** What stopped the last one. */
  readonly problem: Problem | undefined;
  /** @returns its data where nothing stopped it. */
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
  const isThere = useRef(true);
  useEffect(() => () => void (isThere.current = false), []);
  return {
    isBusy,
    problem,
    run: async (variables) => {
      setBusy(true);
      setProblem(undefined);
      const { data, error } = await client.mutation(document, variables).toPromise();
      const stopped = problemOf(error);
      // Whoever asked for it may have left; what came of it, such as a token, is not lost.
      if (isThere.current) {
        setBusy(false);
        setProblem(stopped);
      }
      return stopped === undefined ? data : undefined;
    },
    forget: () => setProblem(undefined),
  };
}

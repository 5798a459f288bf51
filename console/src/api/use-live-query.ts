import type { TypedDocumentNode } from '@urql/core';
import { useEffect, useState } from 'preact/hooks';
import { useApi } from './api.ts';
import { type Problem, problemOf } from './problem.ts';

/** What passes by itself: see `callsHealth`. */
const PASSING = new Set<Problem['code']>(['UNREACHABLE', 'RATE_LIMITED', 'OVERLOADED']);
/** What was seen longer ago is asked again when somebody comes back to the tab. */
const OLD_MS = 30_000;

export interface LiveQuery<Data> {
  /** The latest that came, also while it is asked again or could not be. */
  readonly data: Data | undefined;
  /** What stopped the latest try; what passes by itself is tried again by itself. */
  readonly problem: Problem | undefined;
  readonly isAsking: boolean;
  readonly again: () => void;
}

type State<Data> = Omit<LiveQuery<Data>, 'again'>;

/**
 * A query that comes back: one that the service did not answer is asked again once it does, and so is one that was answered
 * before the service was away, since what it showed may be old.
 * @param variables undefined: not to be asked.
 */
export function useLiveQuery<Data, Variables extends Record<string, unknown>>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables | undefined,
): LiveQuery<Data> {
  const { client, callsHealth } = useApi();
  const [state, setState] = useState<State<Data>>({ data: undefined, problem: undefined, isAsking: true });
  const [turn, setTurn] = useState(0);
  const again = (): void => setTurn((before) => before + 1);

  const what = variables === undefined ? undefined : JSON.stringify(variables);
  // What is shown belongs to these variables alone.
  useEffect(() => setState({ data: undefined, problem: undefined, isAsking: true }), [client, what]);
  useEffect(() => {
    if (variables === undefined) return;
    let isMine = true;
    const answered = { at: 0, isOff: false };
    let asked = 0;
    const ask = async (): Promise<void> => {
      setState((before) => ({ ...before, isAsking: true }));
      const mine = ++asked;
      const { data, error } = await client.query(document, variables).toPromise();
      // It was asked again meanwhile: that answer is the later one.
      if (!isMine || mine !== asked) return;
      const problem = problemOf(error);
      answered.at = Date.now();
      answered.isOff = problem !== undefined && PASSING.has(problem.code);
      setState((before) => ({ data: problem ? before.data : data, problem, isAsking: false }));
    };
    void ask();
    let before = callsHealth.value.kind;
    const unfollow = callsHealth.follow(({ kind }) => {
      const isBack = kind === 'online' && (before === 'unreachable' || answered.isOff);
      before = kind;
      if (isBack) void ask();
    });
    const onVisibility = (): void => {
      if (!window.document.hidden && Date.now() - answered.at > OLD_MS) void ask();
    };
    window.document.addEventListener('visibilitychange', onVisibility);
    return () => {
      isMine = false;
      unfollow();
      window.document.removeEventListener('visibilitychange', onVisibility);
    };
  }, [client, document, what, turn]);
  return { ...state, again };
}

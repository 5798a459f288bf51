import { useEffect, useRef, useState } from 'preact/hooks';
import type { Problem } from '../../../api/problem.ts';
import { useLiveQuery } from '../../../api/use-live-query.ts';
import {
  type FailurePolicy,
  PlanPrivacyDocument,
  type PlanPrivacyQuery,
  type PlanPrivacyQueryVariables,
} from '../../../gql/graphql.ts';
import { type Changes, inputOf } from './draft.ts';

/** While somebody goes through the values of a field, none of those in between is asked for. */
const QUIET_MS = 300;

export type Plan = NonNullable<PlanPrivacyQuery['planPrivacy']>;

export interface Planning {
  readonly plan: Plan | undefined;
  readonly problem: Problem | undefined;
  /** Whether `plan` is of an earlier choice, or none. */
  readonly isAsking: boolean;
}

/** What the service would do with these changes. Only the answer to the latest question counts. */
export function usePlan(
  instance: string,
  changes: Changes,
  onFailure: FailurePolicy,
  seenAt: string | undefined,
  isOn: boolean,
): Planning {
  const isWanted = isOn && Object.keys(changes).length > 0;
  const question = isWanted ? JSON.stringify([changes, onFailure, seenAt]) : '';
  const [asked, setAsked] = useState<{ readonly question: string; readonly variables?: PlanPrivacyQueryVariables }>({
    question: '',
  });
  useEffect(() => {
    if (question === '') return setAsked({ question });
    const variables = { instance, input: inputOf(changes, onFailure, seenAt) };
    const timer = setTimeout(() => setAsked({ question, variables }), QUIET_MS);
    return () => clearTimeout(timer);
  }, [instance, question]);

  const { data, problem, isAsking } = useLiveQuery(PlanPrivacyDocument, asked.variables);
  /** The plan before stays until the next one is there: the page does not jump. */
  const last = useRef<Plan>(undefined);
  if (question === '') last.current = undefined;
  else if (data?.planPrivacy) last.current = data.planPrivacy;
  return {
    plan: last.current,
    problem: asked.question === question ? problem : undefined,
    isAsking: isAsking || asked.question !== question,
  };
}

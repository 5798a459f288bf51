import { useClient } from '@urql/preact';
import { useEffect, useState } from 'preact/hooks';
import { type Problem, problemOf } from '../../../api/problem.ts';
import { type FailurePolicy, PlanPrivacyDocument, type PlanPrivacyQuery } from '../../../gql/graphql.ts';
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

const NONE: Planning = { plan: undefined, problem: undefined, isAsking: false };

/** What the service would do with these changes. Only the answer to the latest question counts. */
export function usePlan(
  instance: string,
  changes: Changes,
  onFailure: FailurePolicy,
  seenAt: string | undefined,
  isOn: boolean,
): Planning {
  const client = useClient();
  const [planning, setPlanning] = useState<Planning>(NONE);
  const isAsked = isOn && Object.keys(changes).length > 0;
  const question = isAsked ? JSON.stringify([changes, onFailure, seenAt]) : '';
  useEffect(() => {
    if (question === '') return setPlanning(NONE);
    setPlanning((before) => ({ ...before, isAsking: true }));
    let isLatest = true;
    const ask = async (): Promise<void> => {
      const variables = { instance, input: inputOf(changes, onFailure, seenAt) };
      const { data, error } = await client.query(PlanPrivacyDocument, variables).toPromise();
      if (isLatest) setPlanning({ plan: data?.planPrivacy ?? undefined, problem: problemOf(error), isAsking: false });
    };
    const timer = setTimeout(() => void ask(), QUIET_MS);
    return () => {
      isLatest = false;
      clearTimeout(timer);
    };
  }, [client, instance, question]);
  return planning;
}

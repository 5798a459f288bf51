import { useEffect, useState } from 'preact/hooks';
import { useApi } from '../../api/api.ts';
import type { Problem } from '../../api/problem.ts';
import { WatchInstanceDocument, type WatchInstanceSubscription } from '../../gql/graphql.ts';

export type WatchedInstance = NonNullable<WatchInstanceSubscription['instance']>;

export interface InstanceWatch {
  readonly instance: WatchedInstance | undefined;
  /** Why there is nothing to see. */
  readonly problem: Problem | undefined;
  readonly isDeleted: boolean;
}

/** An instance as it is now; nothing where the token may not read. */
export function useInstance(name: string, mayRead: boolean): InstanceWatch {
  const api = useApi();
  const [watch, setWatch] = useState<InstanceWatch>({ instance: undefined, problem: undefined, isDeleted: false });
  useEffect(() => {
    if (!mayRead) return;
    return api.stream(
      WatchInstanceDocument,
      { name },
      {
        next: ({ instance }) => {
          if (instance) setWatch({ instance, problem: undefined, isDeleted: false });
        },
        fail: (problem) => setWatch((before) => ({ ...before, problem })),
        end: () => setWatch((before) => ({ ...before, isDeleted: true })),
      },
    );
  }, [api, name, mayRead]);
  return watch;
}

import { useEffect, useState } from 'preact/hooks';
import { useApi } from '../../api/api.ts';
import type { Problem } from '../../api/problem.ts';
import { type InstanceToLinkFragment, InstanceToLinkDocument } from '../../gql/graphql.ts';

export interface Watched {
  /** Undefined until the service has told. */
  readonly instance: InstanceToLinkFragment | undefined;
  /** Why it can not be watched. */
  readonly problem: Problem | undefined;
  readonly isGone: boolean;
}

/** An instance as it changes. */
export function useInstance(name: string): Watched {
  const api = useApi();
  const [watched, setWatched] = useState<Watched>({ instance: undefined, problem: undefined, isGone: false });
  useEffect(
    () =>
      api.stream(
        InstanceToLinkDocument,
        { name },
        {
          next: ({ instance }) => instance && setWatched({ instance, problem: undefined, isGone: false }),
          fail: (problem) => setWatched({ instance: undefined, problem, isGone: false }),
          end: () => setWatched({ instance: undefined, problem: undefined, isGone: true }),
        },
      ),
    [api, name],
  );
  return watched;
}

import { useClient } from '@urql/preact';
import { useState } from 'preact/hooks';
import { newKey, type Once, sendOnce } from '../../../api/once.ts';
import type { Problem } from '../../../api/problem.ts';
import {
  type FailurePolicy,
  UpdatePrivacyDocument,
  type UpdatePrivacyMutation,
  type UpdatePrivacyMutationVariables,
} from '../../../gql/graphql.ts';
import { type Changes, inputOf } from './draft.ts';

export type Update = NonNullable<UpdatePrivacyMutation['updatePrivacy']>;

/** One press: what it asks for, and the key by which it is done once, however often it is sent. */
export interface Press {
  readonly changes: Changes;
  readonly once: Once<UpdatePrivacyMutation, UpdatePrivacyMutationVariables>;
}

export type Applying =
  | { readonly kind: 'idle' }
  | { readonly kind: 'sending'; readonly press: Press; readonly since: number; readonly isAgain: boolean }
  | { readonly kind: 'done'; readonly press: Press; readonly update: Update; readonly shownAt: number }
  | { readonly kind: 'stopped'; readonly press: Press; readonly problem: Problem; readonly mayBeDone: boolean };

export interface Apply {
  readonly state: Applying;
  readonly press: (changes: Changes, onFailure: FailurePolicy, seenAt: string | undefined) => void;
  /** The same press once more, where no answer came. */
  readonly resend: (press: Press) => void;
  readonly clear: () => void;
}

interface Ends {
  readonly begin: (press: Press) => void;
  readonly done: (press: Press, update: Update) => void;
  readonly stopped: (press: Press, problem: Problem) => void;
}

/** Applies changes. @param ends is told before the page is drawn anew. */
export function useApply(instance: string, ends: Ends): Apply {
  const client = useClient();
  const [state, setState] = useState<Applying>({ kind: 'idle' });
  const send = async (press: Press): Promise<void> => {
    const since = Date.now();
    ends.begin(press);
    setState({ kind: 'sending', press, since, isAgain: false });
    const onAgain = (): void => setState({ kind: 'sending', press, since, isAgain: true });
    const { data, problem, mayBeDone } = await sendOnce(client, press.once, onAgain);
    const update = data?.updatePrivacy;
    if (update) {
      ends.done(press, update);
      setState({ kind: 'done', press, update, shownAt: Date.now() });
    } else {
      const why: Problem = problem ?? {
        code: 'INTERNAL_SERVER_ERROR',
        message: '',
        retryAfterMs: undefined,
        extensions: {},
      };
      ends.stopped(press, why);
      setState({ kind: 'stopped', press, problem: why, mayBeDone: mayBeDone || problem === undefined });
    }
  };
  return {
    state,
    press: (changes, onFailure, seenAt) => {
      const variables = { instance, input: inputOf(changes, onFailure, seenAt) };
      void send({ changes, once: { document: UpdatePrivacyDocument, variables, key: newKey() } });
    },
    resend: (press) => void send({ ...press, once: { ...press.once, wasSent: true } }),
    clear: () => setState({ kind: 'idle' }),
  };
}

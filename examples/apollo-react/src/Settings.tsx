import { useMutation, useQuery, useSubscription } from '@apollo/client/react';
import { textOf } from './client.ts';
import { InstanceDocument, PrivacyChangesDocument, UpdatePrivacyDocument } from './gql/graphql.ts';
import { SettingsForm } from './ui/SettingsForm.tsx';

/**
 * What is on screen comes from the cache: what the stream tells and what an update answers is the object with the same
 * `id` there, so it moves by itself, without a word here.
 */
export function Settings({ name }: { readonly name: string }) {
  const { data, error } = useQuery(InstanceDocument, { variables: { name } });
  const stream = useSubscription(PrivacyChangesDocument, { variables: { instance: name } });
  const [update, { data: answer, loading, error: refused }] = useMutation(UpdatePrivacyDocument);

  const instance = data?.instance;
  // None were observed before the instance was opened: then the stream alone has them.
  const settings = instance?.lastSettings ?? stream.data?.privacy;
  const problem = error ?? stream.error ?? refused;
  return (
    <>
      {problem && <p role="alert">{textOf(problem)}</p>}
      {instance && settings ? (
        <SettingsForm
          settings={settings}
          capabilities={instance.capabilities}
          answer={answer?.updatePrivacy ?? undefined}
          busy={loading}
          // Its error is shown above.
          onApply={(input) => void update({ variables: { instance: name, input } }).catch(() => undefined)}
        />
      ) : (
        <p role="status">{instance ? `No settings yet: the instance is ${instance.state}.` : 'Loading …'}</p>
      )}
    </>
  );
}

import { useMutation, useQuery, useSubscription } from 'urql';
import { textOf } from './client.ts';
import {
  InstanceDocument,
  PrivacyChangesDocument,
  type SettingsFragment,
  UpdatePrivacyDocument,
} from './gql/graphql.ts';
import { SettingsForm } from './ui/SettingsForm.tsx';

/**
 * urql's own cache knows queries, not objects: it asks for the instance again after an update, and what the stream tells is
 * beside it. The later one counts. (With @urql/exchange-graphcache they would be one object, by its `id`.)
 */
const later = (told: SettingsFragment | null | undefined, asked: SettingsFragment | null | undefined) => {
  if (!told || !asked) return told ?? asked;
  return Date.parse(asked.observedAt) > Date.parse(told.observedAt) ? asked : told;
};

export function Settings({ name }: { readonly name: string }) {
  const [{ data, error }] = useQuery({ query: InstanceDocument, variables: { name } });
  const [stream] = useSubscription({ query: PrivacyChangesDocument, variables: { instance: name } });
  const [{ data: answer, fetching, error: refused }, update] = useMutation(UpdatePrivacyDocument);

  const instance = data?.instance;
  const settings = later(stream.data?.privacy, instance?.lastSettings);
  const problem = error ?? stream.error ?? refused;
  return (
    <>
      {problem && <p role="alert">{textOf(problem)}</p>}
      {instance && settings ? (
        <SettingsForm
          settings={settings}
          capabilities={instance.capabilities}
          answer={answer?.updatePrivacy ?? undefined}
          busy={fetching}
          onApply={(input) => void update({ instance: name, input })}
        />
      ) : (
        <p role="status">{instance ? `No settings yet: the instance is ${instance.state}.` : 'Loading …'}</p>
      )}
    </>
  );
}

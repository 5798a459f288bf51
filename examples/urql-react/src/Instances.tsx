import { useState } from 'react';
import { useQuery } from 'urql';
import { textOf } from './client.ts';
import { InstancesDocument } from './gql/graphql.ts';
import { Settings } from './Settings.tsx';
import { InstancePicker } from './ui/InstancePicker.tsx';

/** An instance's token reaches one, an account's token all of the account. */
export function Instances() {
  const [{ data, error }] = useQuery({ query: InstancesDocument });
  const [picked, setPicked] = useState<string>();
  if (error) return <p role="alert">{textOf(error)}</p>;
  if (!data) return <p role="status">Loading …</p>;
  const names = data.instances?.nodes.map(({ name }) => name) ?? [];
  const name = picked ?? names[0];
  if (name === undefined) return <p role="status">There is no instance yet.</p>;
  return (
    <>
      <InstancePicker names={names} name={name} onPick={setPicked} />
      <Settings key={name} name={name} />
    </>
  );
}

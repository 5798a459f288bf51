interface Props {
  readonly names: readonly string[];
  readonly name: string;
  onPick(name: string): void;
}

export function InstancePicker({ names, name, onPick }: Props) {
  return (
    <label>
      Instance{' '}
      <select value={name} onChange={({ target }) => onPick(target.value)}>
        {names.map((each) => (
          <option key={each}>{each}</option>
        ))}
      </select>
    </label>
  );
}

import { useMemo, useState } from 'preact/hooks';
import { useApi } from '../../../api/api.ts';
import { useMay } from '../../../api/viewer.tsx';
import type { ExclusionField } from '../../../gql/graphql.ts';
import { useTexts } from '../../../texts/texts.ts';
import { ListEditor } from './list-editor.tsx';
import { exclusionsOf } from './sources.ts';

interface ExclusionsProps {
  readonly instance: string;
  readonly field: ExclusionField;
  readonly held: string | undefined;
  readonly isOpen: boolean;
  readonly onChange: () => (isDone: boolean) => void;
}

/** Who is excluded from one setting: read when it is opened. */
export function Exclusions({ instance, field, held, isOpen, onChange }: ExclusionsProps) {
  const { lists, fields } = useTexts();
  const { client } = useApi();
  const mayWrite = useMay('WRITE');
  const [isShown, setShown] = useState(false);
  const source = useMemo(() => exclusionsOf(client, instance, field), [client, instance, field]);
  return (
    <details class="list" onToggle={(event) => setShown(event.currentTarget.open)}>
      <summary>
        {lists.exclusions} <span class="hidden">{fields[field].name}</span>
      </summary>
      {!isOpen && <p>{lists.notOpen}</p>}
      {held !== 'CONTACT_BLACKLIST' && <p class="note note-warn">{lists.setsValue}</p>}
      <ListEditor
        source={source}
        isShown={isShown && isOpen}
        readAnew={held ?? ''}
        mayChange={mayWrite && isOpen}
        texts={{ add: lists.add, remove: lists.remove, removeNamed: lists.removeNamed, results: lists.results }}
        onChange={onChange}
      />
    </details>
  );
}

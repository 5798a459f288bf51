import { useEffect, useMemo, useState } from 'preact/hooks';
import { useApi } from '../../../api/api.ts';
import { useLiveQuery } from '../../../api/use-live-query.ts';
import { useMay } from '../../../api/viewer.tsx';
import { type ExclusionField, ReadExclusionsDocument } from '../../../gql/graphql.ts';
import { LISTED } from '../../../fields.ts';
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
  const live = useLiveQuery(ReadExclusionsDocument, isShown && isOpen ? { instance, field } : undefined);
  const { problem, isAsking, again } = live;
  const list = live.data?.privacyExclusions ?? undefined;
  // What holds decides whether there is a list: where that is another now, so is the list.
  const isAnother = list && list.active !== (held === LISTED);
  useEffect(() => {
    if (isAnother) again();
  }, [held, isAnother]);
  return (
    <details class="list" onToggle={(event) => setShown(event.currentTarget.open)}>
      <summary>
        {lists.exclusions} <span class="hidden">{fields[field].name}</span>
      </summary>
      {!isOpen && <p>{lists.notOpen}</p>}
      {held !== LISTED && <p class="note note-warn">{lists.setsValue}</p>}
      <ListEditor
        source={source}
        reading={{ list, problem, isAsking: isAsking && isShown && isOpen, again }}
        mayChange={mayWrite && isOpen}
        texts={{ add: lists.add, remove: lists.remove, removeNamed: lists.removeNamed, results: lists.results }}
        onChange={onChange}
      />
    </details>
  );
}

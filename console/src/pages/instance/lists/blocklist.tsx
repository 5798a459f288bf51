import { useMemo, useState } from 'preact/hooks';
import { useApi } from '../../../api/api.ts';
import { useMay } from '../../../api/viewer.tsx';
import { useTexts } from '../../../texts/texts.ts';
import { ListEditor } from './list-editor.tsx';
import { blocklistOf } from './sources.ts';

/** Whom the account has blocked: read when it is opened. */
export function Blocklist({ instance, isOpen }: { readonly instance: string; readonly isOpen: boolean }) {
  const { lists } = useTexts();
  const { client } = useApi();
  const mayWrite = useMay('WRITE');
  const [isShown, setShown] = useState(false);
  const source = useMemo(() => blocklistOf(client, instance), [client, instance]);
  return (
    <section class="card blocklist" aria-labelledby="blocked">
      <details class="list" onToggle={(event) => setShown(event.currentTarget.open)}>
        <summary>
          <h2 id="blocked">{lists.blocked}</h2>
        </summary>
        <p class="hint">{lists.blockedHint}</p>
        {!isOpen && <p>{lists.notOpen}</p>}
        <ListEditor
          source={source}
          isShown={isShown && isOpen}
          readAnew=""
          mayChange={mayWrite && isOpen}
          texts={{
            add: lists.block,
            remove: lists.unblock,
            removeNamed: lists.unblockNamed,
            results: lists.blockResults,
          }}
        />
      </details>
    </section>
  );
}

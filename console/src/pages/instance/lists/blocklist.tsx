import { useMemo, useState } from 'preact/hooks';
import { useApi } from '../../../api/api.ts';
import { useLiveQuery } from '../../../api/use-live-query.ts';
import { useMay } from '../../../api/viewer.tsx';
import { ReadBlockedDocument } from '../../../gql/graphql.ts';
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
  const live = useLiveQuery(ReadBlockedDocument, isShown && isOpen ? { instance } : undefined);
  const { problem, isAsking, again } = live;
  const list = live.data?.blockedContacts ?? undefined;
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
          reading={{ list, problem, isAsking: isAsking && isShown && isOpen, again }}
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

import { useEffect, useState } from 'preact/hooks';
import { useApi } from '../../api/api.ts';
import type { Problem } from '../../api/problem.ts';
import { useStore } from '../../api/store.ts';
import { tokenStore } from '../../api/token.ts';
import { useLiveQuery } from '../../api/use-live-query.ts';
import { useMay, useViewer } from '../../api/viewer.tsx';
import { OwnInstanceDocument, WatchInstancesDocument, WatchSettingsDocument } from '../../gql/graphql.ts';
import { hrefs } from '../../router.ts';
import { useTexts } from '../../texts/texts.ts';
import { Page } from '../../ui/page.tsx';
import { ProblemNote } from '../../ui/problem-note.tsx';
import { InstanceList } from './instance-list.ts';
import { InstanceTable } from './instance-table.tsx';
import './instances.css';

/** What was told last shows at once when somebody comes back, until it is told again. */
const kept = tokenStore(() => new InstanceList());

function LinkButton() {
  const { instances } = useTexts();
  return (
    <a class="button main" href={hrefs.link()}>
      {instances.link}
    </a>
  );
}

function NoneYet({ mayLink }: { readonly mayLink: boolean }) {
  const { instances } = useTexts();
  return (
    <div class="card nothing">
      <h2>{instances.noneYet}</h2>
      <p>{mayLink ? instances.noneYetLead : instances.noneYetOthers}</p>
      {mayLink && <LinkButton />}
    </div>
  );
}

/** Live: two streams, and nothing is asked in between. */
function LiveList({ mayLink }: { readonly mayLink: boolean }) {
  const api = useApi();
  const { instances } = useTexts();
  const list = useStore(kept);
  const listing = useStore(list.listing);
  const [problem, setProblem] = useState<Problem>();
  useEffect(() => {
    const fail = setProblem;
    const closeInstances = api.stream(WatchInstancesDocument, {}, { ...list.instances, fail });
    const closeSettings = api.stream(WatchSettingsDocument, {}, { ...list.settings, fail });
    return () => {
      closeInstances();
      closeSettings();
    };
  }, [api, list]);
  if (problem) return <ProblemNote problem={problem} />;
  if (listing.instances.length > 0) return <InstanceTable listing={listing} maySeeSettings />;
  return listing.isComplete ? <NoneYet mayLink={mayLink} /> : <p role="status">{instances.loading}</p>;
}

/** A token that may not read can list nothing; that of an instance still knows its own. */
function Unread() {
  const { instances } = useTexts();
  const { token } = useViewer();
  const { data, problem } = useLiveQuery(OwnInstanceDocument, token.instance ? {} : undefined);
  const own = data?.viewer?.token.instance;
  return (
    <>
      <p class="note">{token.instance ? instances.ownAlone : instances.mayNotRead}</p>
      {problem && <ProblemNote problem={problem} />}
      {own && (
        <InstanceTable
          listing={{ instances: [own], settings: new Map(), states: new Map([[own.state, 1]]), isComplete: true }}
          maySeeSettings={false}
        />
      )}
    </>
  );
}

export function InstancesPage() {
  const { instances } = useTexts();
  const mayRead = useMay('READ');
  const mayAdmin = useMay('ADMIN');
  const mayPair = useMay('PAIR');
  const { token } = useViewer();
  const mayLink = mayAdmin && mayPair && token.instance === null;
  return (
    <Page title={instances.title} actions={mayLink && <LinkButton />}>
      {mayRead ? <LiveList mayLink={mayLink} /> : <Unread />}
    </Page>
  );
}

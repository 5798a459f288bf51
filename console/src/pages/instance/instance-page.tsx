import { useMay } from '../../api/viewer.tsx';
import type { InstanceState } from '../../gql/graphql.ts';
import { hrefs } from '../../router.ts';
import { useTexts } from '../../texts/texts.ts';
import { Lifecycle } from '../../ui/lifecycle.tsx';
import { Page } from '../../ui/page.tsx';
import { ProblemNote } from '../../ui/problem-note.tsx';
import { Blocklist } from './lists/blocklist.tsx';
import { InstanceHead } from './instance-head.tsx';
import { EVERYTHING } from './settings/capabilities.ts';
import { SettingsForm } from './settings/settings-form.tsx';
import { useSettings } from './settings/use-settings.ts';
import { useInstance } from './watch-instance.ts';

/** What the token may see and change of an instance that it may not read: whether it is there shows when it is changed. */
function Unseen({ name }: { readonly name: string }) {
  const { settings } = useTexts();
  const mayWrite = useMay('WRITE');
  const watch = useSettings(name, false, true);
  if (!mayWrite) return <p class="note">{settings.mayNeither}</p>;
  return (
    <>
      <p class="note">{settings.mayOnlyWrite}</p>
      <SettingsForm instance={name} capabilities={EVERYTHING} settings={watch.settings} watch={watch} isOpen />
    </>
  );
}

const UNLINKED = new Set<InstanceState | undefined>(['UNPAIRED', 'PAIRING', 'LOGGED_OUT']);

function Seen({ name }: { readonly name: string }) {
  const { settings: texts, shell } = useTexts();
  const mayWrite = useMay('WRITE');
  const { instance, problem, isDeleted } = useInstance(name, true);
  const isOpen = instance?.state === 'OPEN';
  const watch = useSettings(name, true, isOpen, !UNLINKED.has(instance?.state));
  if (isDeleted) return <p class="note note-warn">{texts.deleted}</p>;
  if (problem?.code === 'NOT_FOUND') return <p class="note note-bad">{texts.missing}</p>;
  if (problem) return <ProblemNote problem={problem} />;
  if (instance === undefined) return <p role="status">{shell.loading}</p>;
  const settings = watch.settings ?? instance.lastSettings ?? undefined;
  return (
    <>
      <InstanceHead instance={instance}>
        {isOpen && settings && (
          <button type="button" class="quiet" onClick={watch.read}>
            {watch.isReading ? texts.reading : texts.readAgain}
          </button>
        )}
      </InstanceHead>
      {!isOpen && settings && <p class="note note-warn">{texts.notOpen}</p>}
      {isOpen && !mayWrite && <p class="note">{texts.mayOnlyRead}</p>}
      {watch.problem && <ProblemNote problem={watch.problem} onRetry={watch.read} />}
      {settings ? (
        <SettingsForm instance={name} capabilities={instance.capabilities} {...{ settings, watch, isOpen }} />
      ) : (
        <p>{isOpen ? shell.loading : texts.noneSeen}</p>
      )}
      {settings && <Blocklist {...{ instance: name, isOpen }} />}
      <Lifecycle instance={instance} />
    </>
  );
}

/** One instance: where it stands, its settings and its lists. */
export function InstancePage({ name }: { readonly name: string }) {
  const { settings } = useTexts();
  const mayRead = useMay('READ');
  return (
    <Page title={settings.title(name)} actions={<a href={hrefs.instances}>{settings.all}</a>}>
      {mayRead ? <Seen name={name} /> : <Unseen name={name} />}
    </Page>
  );
}

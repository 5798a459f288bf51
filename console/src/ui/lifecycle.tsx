import { useId, useRef, useState } from 'preact/hooks';
import { replaceToken } from '../api/replace-token.ts';
import { showOnce, useShownOnce } from '../api/shown-once.ts';
import { useCall } from '../api/use-call.ts';
import { useMay, useViewer } from '../api/viewer.tsx';
import {
  DeleteInstanceDocument,
  type InstanceState,
  RotateInstanceTokenDocument,
  StartInstanceDocument,
  StopInstanceDocument,
  UnlinkInstanceDocument,
} from '../gql/graphql.ts';
import { hrefs } from '../router.ts';
import { useTexts } from '../texts/texts.ts';
import { CallProblem } from './call-problem.tsx';
import { ConfirmDialog } from './confirm-dialog.tsx';
import { CopyOnce } from './copy-once.tsx';
import './lifecycle.css';

export interface LifecycleProps {
  readonly instance: { readonly id: string; readonly name: string; readonly state: InstanceState };
}

type Asked = 'stop' | 'unlink' | 'rotate' | 'delete';

/** What the service takes in each state; where it does not after all, it says why. */
const STARTS = new Set<InstanceState>(['STOPPED', 'REPLACED', 'BANNED', 'CLIENT_OUTDATED']);
const STOPS = new Set<InstanceState>(['PAIRING', 'CONNECTING', 'OPEN', 'RECONNECTING', 'REPLACED', 'BANNED']);
const UNLINKS = new Set<InstanceState>(['OPEN', 'RECONNECTING', 'BANNED']);
const PAIRS = new Set<InstanceState>(['UNPAIRED', 'PAIRING', 'LOGGED_OUT', 'PASSKEY_REQUIRED']);

/** Starts, stops, unlinks and deletes an instance, and gives it a new token: what the token may do and the state allows. */
export function Lifecycle({ instance: { id, name, state } }: LifecycleProps) {
  const { lifecycle: texts } = useTexts();
  const { token } = useViewer();
  const mayPair = useMay('PAIR');
  const mayDelete = useMay('ADMIN');
  // A new token can have only what this one has.
  const mayRotate = mayDelete && token.scopes.some((scope) => scope !== 'ADMIN');
  const [asked, setAsked] = useState<Asked>();
  const [done, setDone] = useState('');
  const status = useRef<HTMLParagraphElement>(null);
  const heading = useId();
  const place = hrefs.instance(name);
  const shown = useShownOnce(place);
  const start = useCall(StartInstanceDocument);
  const calls = {
    stop: useCall(StopInstanceDocument),
    unlink: useCall(UnlinkInstanceDocument),
    rotate: useCall(RotateInstanceTokenDocument),
    delete: useCall(DeleteInstanceDocument),
  };
  if (!mayPair && !mayDelete) return null;

  /** The button that was pressed may be gone in the new state: the focus goes to what was done. */
  const tell = (text: string): void => {
    setAsked(undefined);
    setDone(text);
    setTimeout(() => status.current?.focus());
  };
  const ask = (what: Asked): void => {
    start.forget();
    calls[what].forget();
    setDone('');
    setAsked(what);
  };
  const variables = { instance: id };
  const begin = async (): Promise<void> => {
    if (start.isBusy) return;
    setDone('');
    if (await start.run(variables)) tell(texts.start.done);
  };
  const rotate = async (): Promise<string | undefined> => {
    const made = (await calls.rotate.run(variables))?.rotateInstanceToken;
    if (!made) return undefined;
    setAsked(undefined);
    showOnce({ place, name, token: made.token });
    return made.token;
  };
  const confirmed: Record<Asked, () => Promise<void>> = {
    stop: async () => {
      if (await calls.stop.run(variables)) tell(texts.stop.done);
    },
    unlink: async () => {
      if (await calls.unlink.run(variables)) tell(texts.unlink.done);
    },
    rotate: async () => {
      if (token.instance === null) await rotate();
      // The token of this page is one of those that end.
      else await replaceToken(rotate);
    },
    delete: async () => {
      if ((await calls.delete.run(variables)) && location.hash === place) location.hash = hrefs.instances;
    },
  };
  const question = asked && texts[asked];

  return (
    <section class="card lifecycle" aria-labelledby={heading}>
      <h2 id={heading}>{texts.title}</h2>
      <div class="lifecycle-buttons">
        {mayPair && PAIRS.has(state) && (
          <a class="button main" href={hrefs.link(name)}>
            {state === 'UNPAIRED' || state === 'PAIRING' ? texts.link : texts.linkAgain}
          </a>
        )}
        {mayPair && STARTS.has(state) && (
          <button type="button" class="main" aria-disabled={start.isBusy} onClick={() => void begin()}>
            {start.isBusy ? texts.busy : texts.start.action}
          </button>
        )}
        {mayPair && STOPS.has(state) && (
          <button type="button" onClick={() => ask('stop')}>
            {texts.stop.action}
          </button>
        )}
        {mayPair && UNLINKS.has(state) && (
          <button type="button" class="danger" onClick={() => ask('unlink')}>
            {texts.unlink.action}
          </button>
        )}
        {mayRotate && (
          <button type="button" onClick={() => ask('rotate')}>
            {texts.rotate.action}
          </button>
        )}
        {mayDelete && (
          <button type="button" class="danger" onClick={() => ask('delete')}>
            {texts.delete.action}
          </button>
        )}
      </div>
      <p role="status" ref={status} tabIndex={-1}>
        {done}
      </p>
      <CallProblem problem={start.problem} />
      {shown && <CopyOnce title={texts.rotate.shown(name)} token={shown.token} focus />}
      {asked && question && (
        <ConfirmDialog
          key={asked}
          title={question.title(name)}
          action={question.action}
          isBusy={calls[asked].isBusy}
          problem={calls[asked].problem}
          {...(asked === 'delete' ? { typed: { ...texts.delete.typed, wanted: name } } : {})}
          onConfirm={() => void confirmed[asked]()}
          onClose={() => setAsked(undefined)}
        >
          {question.text(state).map((line) => (
            <p key={line}>{line}</p>
          ))}
        </ConfirmDialog>
      )}
    </section>
  );
}

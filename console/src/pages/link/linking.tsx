import { useEffect, useState } from 'preact/hooks';
import { useShownOnce } from '../../api/shown-once.ts';
import { useCall } from '../../api/use-call.ts';
import { type InstanceState, PairInstanceDocument } from '../../gql/graphql.ts';
import { hrefs } from '../../router.ts';
import { useTexts } from '../../texts/texts.ts';
import { CopyOnce } from '../../ui/copy-once.tsx';
import { ProblemNote } from '../../ui/problem-note.tsx';
import { takeBegun } from './begun.ts';
import { Choices } from './choices.tsx';
import { isLinkable } from './linkable.ts';
import { Linked } from './linked.tsx';
import { Shown } from './shown.tsx';
import { useInstance } from './use-instance.ts';

const LOGS_IN = new Set<InstanceState>(['CONNECTING', 'RECONNECTING']);

/** Links an instance to a phone, from the first code until it is logged in. */
export function Linking({ name }: { readonly name: string }) {
  const { link, reasons } = useTexts();
  const { instance, problem, isGone } = useInstance(name);
  const pair = useCall(PairInstanceDocument);
  const shown = useShownOnce(hrefs.link(name));
  /** What it is to be linked by: asked for on this page, which may have been opened while a code was shown. */
  const [number, setNumber] = useState<string>();
  const [hasWaited, setWaited] = useState(false);
  const state = instance?.state;
  useEffect(() => {
    if (state !== 'PAIRING') return;
    setWaited(true);
    // What came to no answer has begun all the same.
    pair.forget();
  }, [state]);
  const begin = (phoneNumber?: string): void => {
    setNumber(phoneNumber);
    void pair.run({ instance: name, phoneNumber: phoneNumber ?? null });
  };
  const [isNew] = useState(() => takeBegun(name));
  useEffect(() => {
    if (isNew) begin();
  }, []);

  const token = shown && <CopyOnce title={link.token(name)} token={shown.token} />;
  if (isGone || problem?.code === 'NOT_FOUND') {
    return (
      <div class="note note-warn">
        <p>{isGone ? link.gone(name) : link.notThere(name)}</p>
        <p>
          <a href={hrefs.link()}>{link.title}</a>
        </p>
      </div>
    );
  }
  if (problem) {
    return (
      <>
        {token}
        <ProblemNote problem={problem} />
      </>
    );
  }
  const isPairing = state === 'PAIRING' && !pair.isBusy;
  const isAsking = pair.isBusy || (state === 'PAIRING' && !instance?.pairing);
  const said = {
    failed:
      hasWaited && !pair.isBusy && instance?.reason && isLinkable(instance) && reasons[instance.reason.code].title,
    qr: isPairing && instance?.pairing?.qr ? link.saidQr : undefined,
    code: isPairing && instance?.pairing?.code ? link.saidCode : undefined,
    accepted: hasWaited && state && LOGS_IN.has(state) ? link.accepted : undefined,
    linked: hasWaited && state === 'OPEN' ? link.linked : undefined,
  };
  return (
    <div class="linking">
      {/* What a screen reader is told: each step once, and not each exchange of the code. */}
      <p class="hidden" role="status">
        {said.failed || (said.linked ?? said.accepted ?? said.code ?? said.qr)}
      </p>
      {!instance && !problem && <p>{link.looking}</p>}
      {instance && isAsking && <p class="note">{link.asking}</p>}
      {instance && !isAsking && isPairing && instance.pairing && <Shown pairing={instance.pairing} />}
      {instance && !pair.isBusy && state !== 'PAIRING' && <Linked instance={instance} hasWaited={hasWaited} />}
      {instance && (
        <Choices
          instance={instance}
          isMade={shown !== undefined}
          isBusy={pair.isBusy}
          problem={pair.problem}
          number={number}
          onBegin={begin}
        />
      )}
      {token}
    </div>
  );
}

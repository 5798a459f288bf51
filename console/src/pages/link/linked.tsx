import { useEffect, useRef } from 'preact/hooks';
import type { InstanceToLinkFragment } from '../../gql/graphql.ts';
import { hrefs } from '../../router.ts';
import { useTexts } from '../../texts/texts.ts';
import { phoneNumberText } from '../../ui/phone-number.ts';
import { ReasonText } from '../../ui/reason-text.tsx';
import { focusIfLost } from './focus.ts';
import { isLinkable } from './linkable.ts';

interface LinkedProps {
  readonly instance: InstanceToLinkFragment;
  /** Whether a code was shown while this page was open: then the phone has linked just now. */
  readonly hasWaited: boolean;
}

/** Where an instance stands that shows no code: linked, on its way, or why not. */
export function Linked({ instance, hasWaited }: LinkedProps) {
  const { link } = useTexts();
  const { name, state, reason, phoneNumber } = instance;
  const toSettings = useRef<HTMLAnchorElement>(null);
  const note = useRef<HTMLDivElement>(null);
  useEffect(() => focusIfLost(toSettings.current ?? note.current), [state]);
  if (state === 'OPEN') {
    return (
      <div class="card linked">
        <h2>{hasWaited ? link.linked : link.linkedAlready}</h2>
        {phoneNumber && <p>{link.number(phoneNumberText(phoneNumber))}</p>}
        <a class="button main" href={hrefs.instance(name)} ref={toSettings}>
          {link.toSettings}
        </a>
      </div>
    );
  }
  const isOnItsWay = state === 'CONNECTING' || state === 'RECONNECTING';
  return (
    <div ref={note} tabIndex={-1} class={isOnItsWay ? 'note' : 'note note-warn'}>
      <p>
        {isOnItsWay
          ? hasWaited || reason?.code === 'PAIRED'
            ? link.accepted
            : link.connecting
          : link.notLinked[state]}
      </p>
      {reason && reason.code !== 'PAIRED' && <ReasonText reason={reason} />}
      {!isLinkable(instance) && (
        <p>
          <a href={hrefs.instance(name)}>{link.toInstance(name)}</a>
        </p>
      )}
    </div>
  );
}

import type { ComponentChildren } from 'preact';
import { useTexts } from '../../texts/texts.ts';
import { Ago } from '../../ui/ago.tsx';
import { phoneNumberText } from '../../ui/phone-number.ts';
import { ReasonText } from '../../ui/reason-text.tsx';
import { StateBadge } from '../../ui/state-badge.tsx';
import type { WatchedInstance } from './watch-instance.ts';
import './instance-head.css';

interface HeadProps {
  readonly instance: WatchedInstance;
  /** What can be done about it. */
  readonly children?: ComponentChildren;
}

/** Where the instance stands, since when and why. */
export function InstanceHead({ instance, children }: HeadProps) {
  const { settings } = useTexts();
  const { state, since, reason, phoneNumber } = instance;
  return (
    <div class="instance-head">
      <p>
        <StateBadge state={state} /> <Ago at={since} />
      </p>
      {phoneNumber !== null && (
        <p>
          {settings.number}: {phoneNumberText(phoneNumber)}
        </p>
      )}
      {children}
      {reason && <ReasonText reason={reason} />}
    </div>
  );
}

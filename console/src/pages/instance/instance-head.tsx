import { useTexts } from '../../texts/texts.ts';
import { Ago } from '../../ui/ago.tsx';
import type { WatchedInstance } from './watch-instance.ts';

/** Where the instance stands, since when and why. */
export function InstanceHead({ instance }: { readonly instance: WatchedInstance }) {
  const { settings } = useTexts();
  const { state, since, reason, phoneNumber } = instance;
  return (
    <div class="instance-head">
      <p>
        <strong>{state}</strong> <Ago at={since} />
        {phoneNumber !== null && ` · ${settings.number}: +${phoneNumber}`}
      </p>
      {reason && <p>{reason.message}</p>}
    </div>
  );
}

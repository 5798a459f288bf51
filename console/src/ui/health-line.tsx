import { useEffect, useState } from 'preact/hooks';
import { useApi } from '../api/api.ts';
import { useStore } from '../api/store.ts';
import { useTexts } from '../texts/texts.ts';

/** Counts down, once a second. */
function useSecondsUntil(until: number | undefined): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    if (until === undefined) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, [until]);
  return until === undefined ? 0 : Math.max(0, Math.ceil((until - now) / 1_000));
}

/** Says that the service does not answer, or takes no more for now; nothing while all is well. */
export function HealthLine() {
  const { shell } = useTexts();
  const health = useStore(useApi().health);
  const seconds = useSecondsUntil('until' in health ? health.until : undefined);
  const text = {
    online: '',
    unreachable: shell.unreachable,
    limited: seconds > 0 ? shell.limited(seconds) : '',
    busy: seconds > 0 ? shell.busy(seconds) : '',
  }[health.kind];
  return (
    <div role="status" class={text === '' ? 'health' : 'health health-bad'}>
      {text}
    </div>
  );
}

import { useEffect, useState } from 'preact/hooks';
import { useApi } from '../api/api.ts';
import type { Health } from '../api/health.ts';
import { useStore } from '../api/store.ts';
import { useTexts } from '../texts/texts.ts';
import { useSecondsUntil } from './use-seconds-until.ts';

/** A connection that is lost and there again at once is nothing to tell. */
const LASTING_MS = 1_000;

function useLastingHealth(): Health {
  const health = useStore(useApi().health);
  const [shown, setShown] = useState<Health>(health);
  useEffect(() => {
    const timer = setTimeout(() => setShown(health), health.kind === 'unreachable' ? LASTING_MS : 0);
    return () => clearTimeout(timer);
  }, [health]);
  return shown;
}

/** Says that the service does not answer, or takes no more for now; nothing while all is well. */
export function HealthLine() {
  const { shell } = useTexts();
  const health = useLastingHealth();
  const seconds = useSecondsUntil('until' in health ? health.until : undefined);
  const text = {
    online: '',
    unreachable: shell.unreachable,
    failing: shell.failing,
    limited: shell.limited,
    streams: shell.streamsLimited,
    busy: shell.busy,
  }[health.kind];
  return (
    <div role="status" class={text === '' ? 'health' : 'health health-bad'}>
      {text}
      {/* Seconds would be read out one by one. */}
      {text !== '' && seconds > 0 && <span aria-hidden="true"> {shell.onIn(seconds)}</span>}
    </div>
  );
}

import { type LoggedInstance, ofInstance } from '../telemetry/events.ts';
import type { CloseEvidence, Link, LinkEvents } from '../wire/link.ts';
import type { Life } from './life.ts';
import type { SessionDeps } from './session-deps.ts';

/** All but its end, which the session itself has to hear of first. */
export type RunEvents = Omit<LinkEvents, 'onOver'>;

export interface LiveLink {
  readonly instance: LoggedInstance;
  readonly life: Life;
  /** Undefined begins a pairing. */
  readonly credentials: string | undefined;
  readonly events: LinkEvents;
  /** Told of the link once it is there, and once it is gone. */
  readonly hold: (link: Link | undefined) => void;
}

/** Opens one link over what is stored of its instance, and waits until it is gone. An abort ends it. */
export async function live(
  { clock, openLink, telemetry, log }: SessionDeps,
  { instance, life, credentials, events, hold }: LiveLink,
  signal: AbortSignal,
): Promise<CloseEvidence> {
  const saveCredentials = (text: string): Promise<void> => life.change({ credentials: text });
  const options = { clock, credentials, keys: life.keys, saveCredentials, events };
  const link = openLink(options, instance.id);
  hold(link);
  const onAbort = (): void => link.end({ kind: 'stopped' });
  // guard: a halt ends the link
  signal.addEventListener('abort', onAbort);
  if (signal.aborted) onAbort();
  try {
    const evidence = await link.ended;
    telemetry.connectionEnded(instance, evidence.kind, link.phase);
    if (evidence.kind === 'storage_failed') {
      log.warn({ ...ofInstance(instance), err: evidence.error }, 'the database failed');
    }
    return evidence;
  } finally {
    signal.removeEventListener('abort', onAbort);
    hold(undefined);
  }
}

import { type LoggedInstance, ofInstance } from '../telemetry/events.ts';
import type { CloseEvidence, Link, LinkEvents } from '../wire/link.ts';
import type { SessionDeps } from './session-deps.ts';

/** All but its end, which the session itself has to hear of first. */
export type RunEvents = Omit<LinkEvents, 'onOver'>;

export interface LiveLink {
  readonly instance: LoggedInstance;
  /** Undefined begins a pairing. */
  readonly credentials: string | undefined;
  readonly events: LinkEvents;
  /** Told of the link once it is there, and once it is gone. */
  readonly hold: (link: Link | undefined) => void;
}

/** Opens one link over what is stored of its instance, and waits until it is gone. An abort ends it. */
export async function live(
  { clock, storage, openLink, telemetry, log }: SessionDeps,
  { instance, credentials, events, hold }: LiveLink,
  signal: AbortSignal,
): Promise<CloseEvidence> {
  const { id } = instance;
  const link = openLink({
    clock,
    credentials,
    keys: {
      get: (type, ids) => storage.signalKeys.get(id, type, ids),
      apply: (changes) => storage.signalKeys.apply(id, changes),
    },
    saveCredentials: (text) => storage.credentials.save(id, text),
    events,
  });
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

import { ofInstance } from '../telemetry/events.ts';
import type { CloseEvidence, Link, LinkEvents } from '../wire/link.ts';
import type { Instance } from './instance.ts';
import type { SessionDeps } from './session-deps.ts';

/** What a session hears of its link, apart from its end, which `liveLink` deals with. */
export type RunEvents = Omit<LinkEvents, 'onOver'>;

/** What a link is opened with. */
interface Opening {
  /** Undefined begins a pairing. */
  readonly credentials: string | undefined;
  readonly events: RunEvents;
}

/** Opens one link of the instance, and waits until its socket is closed. An abort ends it. */
export async function liveLink(
  deps: SessionDeps,
  instance: Instance,
  { credentials, events }: Opening,
  signal: AbortSignal,
): Promise<CloseEvidence> {
  const { life, view } = instance;
  const onOver = (): void => {
    // Its socket may take a while to close, but calls already wait for the next link.
    // guard: a link that is gone is closed for calls
    if (instance.link) instance.privacy.closed(instance.link);
  };
  const saveCredentials = (text: string): Promise<void> => life.change({ credentials: text });
  const { clock, openLink } = deps;
  const link = openLink(
    { clock, credentials, keys: life.keys, saveCredentials, events: { ...events, onOver } },
    view.id,
  );
  // Not awaited: a function that waits holds what it was given, and the text of the credentials takes some kilobytes.
  return untilClosed(deps, instance, link, signal);
}

async function untilClosed(
  { telemetry, log }: SessionDeps,
  instance: Instance,
  link: Link,
  signal: AbortSignal,
): Promise<CloseEvidence> {
  const { view } = instance;
  instance.hold(link);
  const onAbort = (): void => link.end({ kind: 'stopped' });
  // guard: a halt ends the link
  signal.addEventListener('abort', onAbort);
  if (signal.aborted) onAbort();
  try {
    const evidence = await link.ended;
    telemetry.connectionEnded(view, evidence.kind, link.phase);
    if (evidence.kind === 'storage_failed') {
      log.warn({ ...ofInstance(view), err: evidence.error }, 'the database failed');
    }
    return evidence;
  } finally {
    signal.removeEventListener('abort', onAbort);
    instance.hold(undefined);
  }
}

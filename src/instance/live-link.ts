import { ofInstance } from '../telemetry/events.ts';
import type { CloseEvidence, LinkEvents } from '../wire/link.ts';
import type { Instance } from './instance.ts';
import type { SessionDeps } from './session-deps.ts';

/** What a session hears of its link, apart from its end, which `liveLink` deals with. */
export type RunEvents = Omit<LinkEvents, 'onOver'>;

/**
 * Opens one link of the instance, and waits until its socket is closed. An abort ends it.
 * @param credentials Undefined begins a pairing.
 */
export async function liveLink(
  { clock, openLink, telemetry, log }: SessionDeps,
  instance: Instance,
  { credentials, events }: { readonly credentials: string | undefined; readonly events: RunEvents },
  signal: AbortSignal,
): Promise<CloseEvidence> {
  const { life, view } = instance;
  const onOver = (): void => {
    // Its socket may take a while to close, but calls already wait for the next link.
    // guard: a link that is gone is closed for calls
    if (instance.link) instance.privacy.closed(instance.link);
  };
  const saveCredentials = (text: string): Promise<void> => life.change({ credentials: text });
  const options = { clock, credentials, keys: life.keys, saveCredentials, events: { ...events, onOver } };
  const link = openLink(options, view.id);
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

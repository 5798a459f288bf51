import type { InstanceView } from '../../instance/state.ts';
import type { PrivacyReading } from './privacy-calls.ts';
import type { Reach } from './reach.ts';

/** One event of a stream about many things. */
export interface Change<T> {
  /** What there is, or how it is now. */
  readonly value?: T | undefined;
  /** Of something that the stream showed before, and that is gone. */
  readonly deletedId?: string | undefined;
  /** False while the stream shows what is there at its beginning. The first that is true comes alone. */
  readonly caughtUp: boolean;
}

/** Streams of what happens to instances. Who reads one slowly gets the latest, and not what was in between. */
export interface Watching {
  /**
   * The present state first, then each change; ends when the instance is deleted.
   * @throws PrivetError NOT_FOUND when there is none of that name within reach
   */
  watchInstance(reach: Reach, name: string, signal: AbortSignal): Promise<AsyncIterable<InstanceView>>;
  /**
   * The present settings first (once there are any), then each change; those shown as stale again once they are known to
   * hold. Ends when the instance is deleted.
   * @throws PrivetError NOT_FOUND when there is none of that name within reach
   */
  watchPrivacy(reach: Reach, name: string, signal: AbortSignal): Promise<AsyncIterable<PrivacyReading>>;
  /** All instances within reach by name, then each that changes, is made or is deleted. */
  watchInstances(reach: Reach, signal: AbortSignal): AsyncIterable<Change<InstanceView>>;
  /** The settings of all instances within reach that have any, by name, then each change; also that one is deleted. */
  watchPrivacies(reach: Reach, signal: AbortSignal): AsyncIterable<Change<PrivacyReading>>;
}

import { PrivetError } from '../../errors.ts';
import type { Snapshot } from '../settings.ts';
import type { UpdateTerms } from './terms.ts';

/** The settings are not those any more that the caller saw: nothing was written. */
export class SettingsChangedError extends PrivetError {
  override readonly name = 'SettingsChangedError';
  /** The present ones. */
  readonly snapshot: Snapshot;

  constructor(snapshot: Snapshot) {
    super('CONFLICT', 'The settings have changed since `ifObservedAt`; nothing was written');
    this.snapshot = snapshot;
  }
}

/** @param now epoch milliseconds. @throws PrivetError BAD_USER_INPUT for a time that nobody can have seen anything at. */
export function checkObservedAt({ ifObservedAt }: UpdateTerms, now: number): void {
  if (ifObservedAt === undefined || ifObservedAt <= now) return;
  throw new PrivetError(
    'BAD_USER_INPUT',
    'ifObservedAt is in the future: give the observedAt of settings that were read',
  );
}

/**
 * @param present the settings now, and since when they are known to hold, epoch milliseconds.
 * @throws SettingsChangedError where the caller saw others.
 */
export function checkUnchanged({ ifObservedAt }: UpdateTerms, present: Snapshot, since: number): void {
  // guard: nothing is written over settings that the caller did not see, else false
  if (ifObservedAt !== undefined && ifObservedAt < since) throw new SettingsChangedError(present);
}

import { sameSettings, type Snapshot } from '../../privacy/settings.ts';

/** What one instance's reads have shown, the newest of them and the last change. */
export class SeenSettings {
  #newest: Snapshot | undefined;
  #changed: Snapshot | undefined;

  /** The newest read's; undefined where none was answered, or none since the account was linked anew. */
  get newest(): Snapshot | undefined {
    return this.#newest;
  }

  /** The first read that showed what the newest one shows: another object only where a setting changed. */
  get changed(): Snapshot | undefined {
    return this.#newest && this.#changed;
  }

  /** The account is not linked any more: what it showed is nobody's settings now. */
  forget(): void {
    this.#newest = undefined;
  }

  /** When the settings of a read that is answered `now` were true: a late answer is not newer than one to a later read. */
  observedAt(sequence: number, now: number): number {
    const before = this.#newest;
    // guard: a late answer is not newer than one to a later read
    if (before && before.sequence > sequence) return Math.min(now, before.observedAt);
    return now;
  }

  /** Takes a read's answer, and tells whether it is news. A late one of an older read never overwrites a newer one. */
  adopt(snapshot: Snapshot): boolean {
    const before = this.#newest;
    // guard: an older read never overwrites a newer one
    if (before && before.sequence > snapshot.sequence) return false;
    this.#newest = snapshot;
    // guard: only changes are published, else true
    const isChange = !this.#changed || !sameSettings(this.#changed, snapshot);
    if (isChange) this.#changed = snapshot;
    // Also where an account that was linked anew shows what was shown before: to who came meanwhile it is news.
    return isChange || !before;
  }
}

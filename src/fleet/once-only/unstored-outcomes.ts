import type { KeptOutcome, KeyedCall } from '../../storage/outcomes.ts';

/** So many are held at once: beyond that a call may be made again where its key comes again. */
const MOST = 1_000;

interface Unstored {
  readonly call: KeyedCall;
  readonly outcome: KeptOutcome;
  /** Epoch milliseconds. */
  readonly since: number;
}

/** Outcomes of calls with a key that the database did not take: they are answered with from here until it does. */
export class UnstoredOutcomes {
  readonly #byPlace = new Map<string, Unstored>();

  /** False where there is no room for it. */
  hold(place: string, unstored: Unstored): boolean {
    if (this.#byPlace.size >= MOST) return false;
    this.#byPlace.set(place, unstored);
    return true;
  }

  get(place: string): Unstored | undefined {
    return this.#byPlace.get(place);
  }

  stored(place: string): void {
    this.#byPlace.delete(place);
  }

  putLast(place: string): void {
    const unstored = this.#byPlace.get(place);
    if (this.#byPlace.delete(place) && unstored) this.#byPlace.set(place, unstored);
  }

  /** `time`: epoch milliseconds. Older ones are forgotten. */
  youngerThan(time: number): [place: string, unstored: Unstored][] {
    for (const [place, { since }] of this.#byPlace) if (since < time) this.#byPlace.delete(place);
    return [...this.#byPlace];
  }
}

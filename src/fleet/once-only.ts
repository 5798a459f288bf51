import type { Clock } from '../clock.ts';
import { PrivetError } from '../errors.ts';
import { specOf } from '../privacy/fields.ts';
import type { RequestedChange, UpdateOutcome } from '../privacy/outcome.ts';
import type { KeyedCall, Outcomes } from '../storage/outcomes.ts';
import type { Storage } from '../storage/storage.ts';
import type { Once } from './sessions.ts';

/** How long the same key gives the same outcome at least, in milliseconds. */
const KEPT_MS = 24 * 3_600_000;
/** Each takes a quarter of a millisecond or more: they lie all over the file, and are overwritten. */
const PURGED_AT_ONCE = 100;
const KEY_FORM = /^[\x21-\x7e]{1,255}$/;

/** Updates that come with a key do their work once: clients resend what they did not hear the answer of. */
export class OnceOnly {
  readonly #storage: Pick<Storage, 'outcomes' | 'isBusy'>;
  readonly #clock: Clock;
  /** How many calls are here, by caller and key. What is noted as running while there is no other was left behind. */
  readonly #present = new Map<string, number>();
  /** What began before was left behind by another process. */
  readonly #startedAt: number;

  constructor(storage: Pick<Storage, 'outcomes' | 'isBusy'>, clock: Clock) {
    this.#storage = storage;
    this.#clock = clock;
    this.#startedAt = clock.now();
  }

  async run(
    instanceId: string,
    { tokenId, key, part = '' }: Once,
    changes: readonly RequestedChange[],
    update: () => Promise<UpdateOutcome>,
  ): Promise<UpdateOutcome> {
    if (!KEY_FORM.test(key)) {
      throw new PrivetError('BAD_USER_INPUT', 'Idempotency-Key must have 1 to 255 visible ASCII characters');
    }
    const call: KeyedCall = { tokenId, key: JSON.stringify([key, part]), instanceId, request: requestText(changes) };
    const place = JSON.stringify([tokenId, call.key]);
    this.#present.set(place, (this.#present.get(place) ?? 0) + 1);
    try {
      return await this.#runOnce(call, () => this.#present.get(place) === 1, update);
    } finally {
      const left = (this.#present.get(place) ?? 1) - 1;
      if (left > 0) this.#present.set(place, left);
      else this.#present.delete(place);
    }
  }

  get #outcomes(): Outcomes {
    return this.#storage.outcomes;
  }

  /** Deletes what other processes left running. */
  forgetRunning(): Promise<void> {
    return this.#outcomes.forgetRunning(this.#startedAt);
  }

  /** Deletes some of the outcomes that were kept for long enough; resolves with whether there may be more. */
  async purge(): Promise<boolean> {
    return (await this.#outcomes.purge(this.#clock.now() - KEPT_MS, PURGED_AT_ONCE)) === PURGED_AT_ONCE;
  }

  async #runOnce(
    call: KeyedCall,
    isAlone: () => boolean,
    update: () => Promise<UpdateOutcome>,
  ): Promise<UpdateOutcome> {
    let start = await this.#outcomes.begin(call);
    if (start.kind === 'running' && isAlone()) {
      // Its end could not be noted. What it did is found out anew.
      await this.#outcomes.forget(call);
      start = await this.#outcomes.begin(call);
    }
    switch (start.kind) {
      case 'done':
        return parseOutcome(start.outcome);
      case 'running':
        throw new PrivetError('CONFLICT', 'The first call with this Idempotency-Key is still running');
      case 'other_request':
        throw new PrivetError('BAD_USER_INPUT', 'This Idempotency-Key was used for another update');
      case 'new':
        return this.#runFirst(call, update);
    }
  }

  async #runFirst(call: KeyedCall, update: () => Promise<UpdateOutcome>): Promise<UpdateOutcome> {
    let outcome: UpdateOutcome;
    try {
      outcome = await update();
    } catch (error) {
      // Nothing was sent, so the same call may be made again.
      await this.#tryToForget(call);
      throw error;
    }
    try {
      await this.#outcomes.finish(call, outcomeText(outcome));
    } catch {
      // What was found out is told all the same; a second call will find it out anew.
      await this.#tryToForget(call);
    }
    return outcome;
  }

  /** Where it can't be forgotten, the next call with its key finds that nobody runs it any more. */
  async #tryToForget(call: KeyedCall): Promise<void> {
    if (!this.#storage.isBusy) await this.#outcomes.forget(call).catch(() => undefined);
  }
}

/** The same for the same changes, in whatever order they were asked for. */
const requestText = (changes: readonly RequestedChange[]): string =>
  JSON.stringify(changes.map(({ field, wire }) => `${specOf(field).category}=${wire}`).toSorted());

const outcomeText = (outcome: UpdateOutcome): string =>
  JSON.stringify({
    ...outcome,
    snapshot: outcome.snapshot && { ...outcome.snapshot, categories: [...outcome.snapshot.categories] },
  });

function parseOutcome(text: string): UpdateOutcome {
  const stored = JSON.parse(text) as UpdateOutcome & { snapshot?: { categories: [string, string][] } };
  const { snapshot } = stored;
  return { ...stored, snapshot: snapshot && { ...snapshot, categories: new Map(snapshot.categories) } };
}

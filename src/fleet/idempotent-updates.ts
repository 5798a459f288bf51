import type { Clock } from '../clock.ts';
import { PrivetError } from '../errors.ts';
import { Places } from '../places.ts';
import { specOf } from '../privacy/fields.ts';
import type { RequestedChange, UpdateOutcome } from '../privacy/outcome.ts';
import type { KeyedCall, Outcomes } from '../storage/outcomes.ts';
import type { Storage } from '../storage/storage.ts';
import type { IdempotencyKey } from './calls/privacy-calls.ts';

/** How long the same key gives the same outcome at least, in milliseconds. */
const KEPT_MS = 24 * 3_600_000;
/** Each takes a quarter of a millisecond or more: they lie all over the file, and are overwritten. */
const PURGED_AT_ONCE = 100;
const KEY_FORM = /^[\x21-\x7e]{1,255}$/;

/** Updates with a key: sent again, as by a client that heard no answer, they are not made again. */
export class IdempotentUpdates {
  readonly #storage: Pick<Storage, 'outcomes' | 'isBusy'>;
  readonly #clock: Clock;
  /** How many calls are here, by caller and key. If a call is alone and its key noted as running, that note is left over. */
  readonly #present = new Places(Number.POSITIVE_INFINITY);
  /** What began before was left behind by another process. */
  readonly #startedAt: number;

  constructor(storage: Pick<Storage, 'outcomes' | 'isBusy'>, clock: Clock) {
    this.#storage = storage;
    this.#clock = clock;
    this.#startedAt = clock.now();
  }

  async run(
    instanceId: string,
    { tokenId, key, part = '' }: IdempotencyKey,
    changes: readonly RequestedChange[],
    update: () => Promise<UpdateOutcome>,
  ): Promise<UpdateOutcome> {
    if (!KEY_FORM.test(key)) {
      throw new PrivetError('BAD_USER_INPUT', 'Idempotency-Key must have 1 to 255 visible ASCII characters');
    }
    const call: KeyedCall = { tokenId, key: JSON.stringify([key, part]), instanceId, request: requestText(changes) };
    const caller = JSON.stringify([tokenId, call.key]);
    using _ = this.#present.takeFree(caller);
    return await this.#runOnce(call, () => this.#present.held(caller) === 1, update);
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
      // The end of the first call could not be noted: this one does the work again.
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
      // The caller gets it, though it can't be kept: the same call again does the work again.
      await this.#tryToForget(call);
    }
    return outcome;
  }

  /** Where this fails, the next call with the key finds that nobody runs it any more. */
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

import type { Clock } from '../../clock.ts';
import { PrivetError } from '../../errors.ts';
import type { Owner } from '../../instance/life.ts';
import { Places } from '../../places.ts';
import type { KeptOutcome, KeyedCall, Outcomes } from '../../storage/outcomes.ts';
import type { Storage } from '../../storage/storage.ts';
import type { IdempotencyKey } from '../calls/idempotency-key.ts';
import type { KeyedRequest, OutcomeForm } from './kept-outcomes.ts';
import { UnstoredOutcomes } from './unstored-outcomes.ts';

/** How long the same key gives the same outcome at least, in milliseconds. */
const KEPT_MS = 24 * 3_600_000;
/** Each takes a quarter of a millisecond or more: they lie all over the file, and are overwritten. */
const PURGED_AT_ONCE = 100;
const KEY_FORM = /^[\x21-\x7e]{1,255}$/;

/** Calls of any kind with a key: sent again, as by a client that heard no answer, they are not made again. */
export class IdempotentCalls {
  readonly #storage: Pick<Storage, 'outcomes' | 'isBusy'>;
  readonly #clock: Clock;
  readonly #owner: Owner;
  /** How many calls are here, by caller and key. If a call is alone and its key noted as running here, that note is left over. */
  readonly #present = new Places(Number.POSITIVE_INFINITY);
  readonly #unstored = new UnstoredOutcomes();

  constructor(storage: Pick<Storage, 'outcomes' | 'isBusy'>, clock: Clock, owner: Owner) {
    this.#storage = storage;
    this.#clock = clock;
    this.#owner = owner;
  }

  /** Does the work, or answers with what came of the same call with the same key. */
  async run<Outcome>(
    instanceId: string,
    { caller, key, part = '' }: IdempotencyKey,
    { text, form }: KeyedRequest<Outcome>,
    work: () => Promise<Outcome>,
  ): Promise<Outcome> {
    if (!KEY_FORM.test(key)) {
      throw new PrivetError('BAD_USER_INPUT', 'Idempotency-Key must have 1 to 255 visible ASCII characters');
    }
    const call: KeyedCall = { caller, key: JSON.stringify([key, part]), instanceId, request: text };
    const place = JSON.stringify([caller.kind, caller.id, call.key]);
    using _ = this.#present.takeFree(place);
    const unstored = this.#unstored.get(place);
    if (!unstored) return await this.#runOnce({ call, place, form, work });
    if (unstored.call.instanceId !== instanceId || unstored.call.request !== text) throw usedForAnother();
    if (!this.#storage.isBusy) await this.#store(place, unstored.call, unstored.outcome).catch(() => undefined);
    return parsed(form, unstored.outcome);
  }

  get #outcomes(): Outcomes {
    return this.#storage.outcomes;
  }

  /**
   * Deletes what runs of the service that have ended left under way.
   * @param lives of a run that is a node beside this one
   */
  async forgetLeftBehind(lives: (incarnation: string) => Promise<boolean>): Promise<void> {
    const others = (await this.#outcomes.owners()).filter((owner) => this.#isNotMine(owner));
    for (const owner of others) if (!(await lives(owner))) await this.#outcomes.forgetAllOf(owner);
  }

  /** Stores what could not be stored before, as far as that works now. */
  async storeLate(): Promise<void> {
    for (const [place, { call, outcome }] of this.#unstored.youngerThan(this.#clock.now() - KEPT_MS)) {
      if (this.#storage.isBusy) return;
      try {
        await this.#store(place, call, outcome);
      } catch {
        // The next time others come first.
        return this.#unstored.putLast(place);
      }
    }
  }

  /** Deletes some of the outcomes that were kept for long enough; resolves with whether there may be more. */
  async purge(): Promise<boolean> {
    return (await this.#outcomes.purge(this.#clock.now() - KEPT_MS, PURGED_AT_ONCE)) === PURGED_AT_ONCE;
  }

  /**
   * Of a call of an instance that this run has: another run does nothing with it any more. The lock of the data is one run's
   * alone, and of several nodes one has the instance.
   */
  #isNotMine(incarnation: string): boolean {
    return this.#owner.held && incarnation !== this.#owner.incarnation;
  }

  async #runOnce<Outcome>(keyed: Keyed<Outcome>): Promise<Outcome> {
    const { call, place, form } = keyed;
    const { incarnation } = this.#owner;
    const start = await this.#outcomes.begin(call, incarnation);
    switch (start.kind) {
      case 'done':
        return parsed(form, start.outcome);
      case 'running': {
        const { owner = '' } = start;
        // The end of the first call could not be noted: this one does the work again.
        const isLeftOver = owner === incarnation ? this.#present.held(place) === 1 : this.#isNotMine(owner);
        if (isLeftOver && (await this.#outcomes.takeOver(call, owner, incarnation))) return this.#runFirst(keyed);
        throw new PrivetError('CONFLICT', 'The first call with this Idempotency-Key is still running');
      }
      case 'other_request':
        throw usedForAnother();
      case 'new':
        return this.#runFirst(keyed);
    }
  }

  async #runFirst<Outcome>({ call, place, form, work }: Keyed<Outcome>): Promise<Outcome> {
    let outcome: Outcome;
    try {
      outcome = await work();
    } catch (error) {
      // Nothing was sent, so the same call may be made again.
      await this.#tryToForget(call);
      throw error;
    }
    const kept = { version: form.version, text: form.stringify(outcome) };
    try {
      await this.#store(place, call, kept);
      void this.storeLate();
    } catch {
      // Its row stays as it is: to the next run of the service it is one that was left under way.
      const isHeld = this.#unstored.hold(place, { call, outcome: kept, since: this.#clock.now() });
      // The caller gets it, though it can't be kept: the same call again does the work again.
      if (!isHeld) await this.#tryToForget(call);
    }
    return outcome;
  }

  async #store(place: string, call: KeyedCall, outcome: KeptOutcome): Promise<void> {
    await this.#outcomes.finish(call, this.#owner.incarnation, outcome);
    this.#unstored.stored(place);
  }

  /** Where this fails, the next call with the key finds that nobody runs it any more. */
  async #tryToForget(call: KeyedCall): Promise<void> {
    if (!this.#storage.isBusy) await this.#outcomes.forget(call, this.#owner.incarnation).catch(() => undefined);
  }
}

interface Keyed<Outcome> {
  readonly call: KeyedCall;
  /** Its caller and key. */
  readonly place: string;
  readonly form: OutcomeForm<Outcome>;
  readonly work: () => Promise<Outcome>;
}

const usedForAnother = (): PrivetError =>
  new PrivetError('BAD_USER_INPUT', 'This Idempotency-Key was used for another call');

/** @throws PrivetError CONFLICT where another version of the service stored it in a form that is not known here */
function parsed<Outcome>(form: OutcomeForm<Outcome>, kept: KeptOutcome): Outcome {
  const outcome = form.parse(kept);
  if (outcome !== undefined) return outcome;
  throw new PrivetError(
    'CONFLICT',
    'The first call with this Idempotency-Key has ended; another version of the service has its outcome',
  );
}

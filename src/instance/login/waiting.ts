import { isPassing } from '../../storage/errors.ts';
import { ofInstance } from '../../telemetry/events.ts';
import type { Instance } from '../instance.ts';
import type { SessionDeps } from '../session-deps.ts';
import { DATABASE_FAILED, type InstanceState, type StateReason } from '../state.ts';
import { pauseMs, sleepUntil } from './reconnect.ts';

/** WhatsApp is not asked while the database fails, so there is no need to be as patient as with it. */
const LONGEST_DATABASE_PAUSE_MS = 10_000;

/** A state that lasts, and why. */
export interface Rest {
  readonly state: InstanceState;
  readonly reason: StateReason;
  /** Given: the login is set aside with it, and kept until then. Epoch milliseconds. */
  readonly archiveUntil?: number | undefined;
}

/** How a session waits: for its next attempt, and for a database that fails. */
export class Waiting {
  readonly #deps: SessionDeps;
  readonly #instance: Instance;
  #endPause: (() => void) | undefined;

  constructor(deps: SessionDeps, instance: Instance) {
    this.#deps = deps;
    this.#instance = instance;
  }

  get isPaused(): boolean {
    return this.#endPause !== undefined;
  }

  /** Ends the pause: the next attempt comes now. */
  endPause(): void {
    this.#endPause?.();
  }

  /** Shows this state until `retryAt`, epoch milliseconds; false where an abort ended the session meanwhile. */
  async pause(state: InstanceState, reason: StateReason, retryAt: number, signal: AbortSignal): Promise<boolean> {
    this.#instance.set(state, { ...reason, retryAt });
    const pause = new AbortController();
    this.#endPause = () => pause.abort();
    await sleepUntil(this.#deps.clock, retryAt, AbortSignal.any([signal, pause.signal]));
    this.#endPause = undefined;
    return !signal.aborted;
  }

  /**
   * Asks the database, and again as long as it fails for reasons that pass: the session does not go on without it.
   * Rejects where it failed for good, or an abort ended the session.
   */
  async forDatabase<T>(signal: AbortSignal, ask: () => Promise<T>): Promise<T> {
    const { clock, log, random } = this.#deps;
    for (let failures = 0; ; failures += 1) {
      try {
        return await ask();
      } catch (error) {
        if (!isPassing(error)) throw error;
        if (failures === 0) {
          log.warn({ ...ofInstance(this.#instance.view), err: error }, 'the database failed; trying again');
        }
        const pause = Math.min(pauseMs(failures, random), LONGEST_DATABASE_PAUSE_MS);
        await this.pause('RECONNECTING', DATABASE_FAILED, clock.now() + pause, signal);
        signal.throwIfAborted();
      }
    }
  }

  /** Shows this state once it is stored, so that it is still known after a restart. */
  async rest({ state, reason, archiveUntil }: Rest, signal: AbortSignal): Promise<void> {
    const patch = { wanted: 'stopped', state, stateSince: this.#deps.clock.now(), reason } as const;
    await this.forDatabase(signal, () => this.#instance.life.change({ patch, archiveUntil }));
    this.#instance.set(state, reason);
  }
}

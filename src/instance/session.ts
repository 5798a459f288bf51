import { InstanceNotConnectedError, type Standing } from '../errors.ts';
import { Places } from '../places.ts';
import { ofInstance } from '../telemetry/events.ts';
import type { Link } from '../wire/link.ts';
import { Instance } from './instance.ts';
import type { Life } from './life.ts';
import { LoginLoop } from './login/login-loop.ts';
import { Waiting } from './login/waiting.ts';
import { runPairing } from './pairing-run.ts';
import type { InstancePrivacy } from './privacy/instance-privacy.ts';
import type { SessionDeps } from './session-deps.ts';
import { isLive, MOVING, SESSION_FAILED, STARTING, TAKEN_OVER } from './state.ts';
import type { InstanceState, InstanceView, StateReason } from './state.ts';

/** How many commands may wait for their turn at one instance. */
const MOST_COMMANDS = 32;

interface Run {
  readonly controller: AbortController;
  readonly done: Promise<void>;
}

/** When one instance is connected: one run at a time, which pairs it or logs it in, and the commands that begin and end it. */
export class Session {
  readonly #deps: SessionDeps;
  readonly #instance: Instance;
  readonly #waiting: Waiting;
  readonly #logins: LoginLoop;
  readonly #commands = new Places(1, MOST_COMMANDS, 'Too many changes of this instance wait for their turn');
  #run: Run | undefined;
  /** It begins no run any more. */
  #hasEnded = false;
  /** It may be about to leave for another node, where it logs in: it begins no run until it is known to stay. */
  #isAtRest = false;
  /** It was to begin one meanwhile. */
  #isDue = false;

  /** @param epoch under which this run of the service has the instance, where it has it already */
  constructor(deps: SessionDeps, view: InstanceView, epoch?: number) {
    this.#deps = deps;
    const hooks = { isRunning: () => this.#run !== undefined, onLost: () => this.#takenOver() };
    this.#instance = new Instance(deps, view, hooks, epoch);
    this.#waiting = new Waiting(deps, this.#instance);
    this.#logins = new LoginLoop(deps, this.#instance, this.#waiting);
  }

  get view(): InstanceView {
    return this.#instance.view;
  }

  get life(): Life {
    return this.#instance.life;
  }

  get privacy(): InstancePrivacy {
    return this.#instance.privacy;
  }

  get link(): Link | undefined {
    return this.#instance.link;
  }

  /** Settings were read that could not be stored yet: they are in memory alone. */
  get isStoring(): boolean {
    return this.#instance.keptSettings.isDue;
  }

  /** What a call is told that finds no connection. */
  get standing(): Standing {
    return this.#instance.standing;
  }

  /** No connection comes, or none has come for long: WhatsApp can't be told that the device is unlinked. */
  get isOutOfReach(): boolean {
    return this.view.state === 'BANNED' || this.#logins.isInVain;
  }

  /** It has ended in order to leave, and may have left: no change of its life begins here. */
  get isAtRest(): boolean {
    return this.#isAtRest;
  }

  /** Resolves once its run ends by itself, which it may not do for a long time. Undefined when it does not run. */
  get finished(): Promise<void> | undefined {
    return this.#run?.done;
  }

  /** The state as a command left it. */
  set(state: InstanceState, reason?: StateReason): void {
    this.#instance.set(state, reason);
  }

  /** Connects with the stored credentials, and stays connected. A session that waits for its next attempt tries now. */
  start(): void {
    if (this.#hasEnded) return;
    if (!this.#run || this.#waiting.isPaused) this.set('RECONNECTING', this.#isAtRest ? MOVING : STARTING);
    if (this.#run) return this.#waiting.endPause();
    this.#begin((signal) => this.#logins.run(signal));
  }

  /** Goes on after a restart: as `start`, but a ban that was stored is waited for to its end. */
  resume(): void {
    // The end of a ban is wall time: a clock that stands before the ban's beginning can't tell it.
    const isDated = this.#deps.clock.now() >= this.view.since;
    return this.view.state === 'BANNED' && isDated ? this.#goOn() : this.start();
  }

  /** As `start`, but no sooner than the next attempt would have come. */
  #goOn(): void {
    const { state, reason } = this.view;
    if (reason?.retryAt === undefined) return this.start();
    const { retryAt } = reason;
    this.#begin(async (signal) => {
      const goesOn = await this.#waiting.pause(state, reason, retryAt, signal);
      if (goesOn) await this.#logins.run(signal);
    });
  }

  /**
   * Links a device by QR, or by code where a number is given; then stays connected.
   * @throws InstanceNotConnectedError where it is about to leave for another node
   */
  async pair(phoneNumber: string | undefined): Promise<void> {
    await this.halt();
    if (this.#isAtRest) throw new InstanceNotConnectedError({ state: 'RECONNECTING', reason: MOVING });
    this.#logins.forgetPairing();
    const run = { deps: this.#deps, instance: this.#instance, waiting: this.#waiting, phoneNumber };
    this.#begin(async (signal) => {
      const isLinked = await runPairing(run, signal);
      if (isLinked) await this.#logins.run(signal);
    });
  }

  /**
   * Runs one command after the other: pairing, starting, stopping, unlinking, deleting. One that has begun runs to its end.
   * @throws RetryLaterError OVERLOADED when too many wait; the signal's reason when aborted while waiting;
   * InstanceNotConnectedError where another run of the service has the instance.
   */
  async exclusively<T>(signal: AbortSignal, command: () => Promise<T>): Promise<T> {
    // guard: one change of life after the other
    using _turn = await this.#commands.take(signal);
    const wasRunning = this.#run !== undefined;
    try {
      return await command();
    } catch (error) {
      if (this.life.isLost) throw new InstanceNotConnectedError(this.standing);
      // The command ended the connection, and then the database failed: what is stored still says that there shall be one.
      // guard: a failed change leaves no state behind
      if (wasRunning && isLive(this.view) && !this.#run) this.#goOn();
      throw error;
    }
  }

  /** Ends the connection and waits until it is gone. The state is the caller's to set. */
  async halt(): Promise<void> {
    this.#run?.controller.abort();
    // guard: a halt waits for the end of the session
    await this.finished;
  }

  /** As `halt`, and what is to be stored of it is stored. Whoever has it rest says where it stays: see `wake`. */
  async rest(): Promise<void> {
    this.#isAtRest = true;
    await this.halt();
    await this.#instance.keptSettings.stored();
    await this.life.idle();
  }

  /** It stays. What was to begin while it was at rest begins, unless it was stopped since. */
  wake(): void {
    const isDue = this.#isDue && isLive(this.view);
    this.#isAtRest = false;
    this.#isDue = false;
    if (isDue) this.resume();
  }

  /** The service ends: as `halt`, and there is no other connection. */
  async end(): Promise<void> {
    this.#hasEnded = true;
    await this.halt();
    await this.#instance.keptSettings.end();
  }

  /** Another run of the service has the instance: nothing of it can be stored here, so nothing may be done with it. */
  #takenOver(): void {
    this.#hasEnded = true;
    this.#run?.controller.abort();
    const { onLost } = this.#deps;
    if (!onLost) return this.set('STOPPED', TAKEN_OVER);
    // On another node it goes on.
    this.set('RECONNECTING', MOVING);
    onLost(this.view.id);
  }

  #begin(work: (signal: AbortSignal) => Promise<void>): void {
    if (this.#hasEnded) return;
    if (this.#isAtRest) {
      this.#isDue = true;
      return;
    }
    const controller = new AbortController();
    const done = work(controller.signal)
      .catch((error: unknown) => {
        if (controller.signal.aborted) return;
        this.#deps.log.error({ ...ofInstance(this.view), err: error }, 'session failed');
        this.set('STOPPED', SESSION_FAILED);
      })
      .finally(() => {
        if (this.#run?.controller === controller) this.#run = undefined;
        this.#logins.over();
        this.privacy.notConnecting();
      });
    this.#run = { controller, done };
  }
}

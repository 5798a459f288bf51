import type { Standing } from '../errors.ts';
import { Places } from '../places.ts';
import { ofInstance } from '../telemetry/events.ts';
import { judgeClose, type Verdict } from './login/close-reasons.ts';
import { InstancePrivacy } from './privacy/instance-privacy.ts';
import type { CloseEvidence, Link } from '../wire/link.ts';
import { ARCHIVE_MS, Life } from './life.ts';
import { live, type RunEvents } from './live-link.ts';
import { runLogin } from './login/login-run.ts';
import { patiently } from './login/patience.ts';
import { runPairing } from './pairing-run.ts';
import { ReconnectPolicy, sleepUntil } from './login/reconnect.ts';
import type { SessionDeps } from './session-deps.ts';
import { ShownView } from './shown-view.ts';
import { CLOSED, isLive, nextView, SESSION_FAILED, STARTING, TAKEN_OVER, UNDER_WAY } from './state.ts';
import type { InstanceState, InstanceView, StateExtra, StateReason } from './state.ts';

/** How many calls may wait to change one instance's life. */
const MOST_CHANGES = 32;

/**
 * One instance's connection: what state it is in, and the one loop that opens links, one at a time. A link is opened
 * only after the close of the one before was seen.
 */
export class Session {
  readonly privacy: InstancePrivacy;
  readonly life: Life;
  readonly #shown: ShownView;
  /** Why there is nothing to log in with, as it was stored: a pairing that the end of the service broke off. */
  #unpairedBy: StateReason | undefined;
  #run: { readonly controller: AbortController; readonly done: Promise<void> } | undefined;
  #link: Link | undefined;
  /** Ends the pause before the next attempt. */
  #wake: (() => void) | undefined;
  #hasEnded = false;
  readonly #changes = new Places(1, MOST_CHANGES, 'Too many changes of this instance wait for their turn');
  readonly #deps: SessionDeps;
  readonly #policy: ReconnectPolicy;

  constructor(deps: SessionDeps, view: InstanceView) {
    this.#deps = deps;
    this.#policy = new ReconnectPolicy(deps.clock, deps.random);
    this.#shown = new ShownView(deps.clock, view);
    if (view.state === 'UNPAIRED') this.#unpairedBy = view.reason;
    const onLost = (): void => this.#takenOver();
    this.life = new Life({ storage: deps.storage, owner: deps.owner, instanceId: view.id, onLost });
    this.privacy = new InstancePrivacy({
      clock: deps.clock,
      telemetry: deps.telemetry,
      onChange: () => deps.onPrivacyChange(view.id),
      mayOpenWithin: (ms) => this.#mayOpenWithin(ms),
      standing: () => this.standing,
    });
  }

  get view(): InstanceView {
    return this.#shown.current;
  }

  /** It is no use to wait for its next connection, or none comes: WhatsApp can't be told that it is unlinked. */
  get isOutOfReach(): boolean {
    return this.view.state === 'BANNED' || this.#policy.isInVain;
  }

  /** For who is told that there is no connection: OPEN is shown until the socket of an ended link is closed. */
  get standing(): Standing {
    return this.view.state === 'OPEN' ? { state: 'RECONNECTING', reason: CLOSED } : this.view;
  }

  get link(): Link | undefined {
    return this.#link;
  }

  /** Connects with the stored credentials, and stays connected. A session that waits for its next attempt tries now. */
  start(): void {
    if (this.#hasEnded) return;
    if (!this.#run || this.#wake) this.set('RECONNECTING', STARTING);
    if (this.#run) return this.#wake?.();
    this.#begin((signal) => this.#connect(signal));
  }

  /** Goes on after a restart: as `start`, but a ban that was stored is waited for to its end. */
  resume(): void {
    // A clock that stands before the ban began says nothing about its end.
    const isDated = this.#deps.clock.now() >= this.view.since;
    return this.view.state === 'BANNED' && isDated ? this.#goOn() : this.start();
  }

  /** As `start`, but no sooner than the next attempt would have come. */
  #goOn(): void {
    const { state, reason } = this.view;
    if (reason?.retryAt === undefined) return this.start();
    const { retryAt } = reason;
    this.#begin(async (signal) => {
      if (await this.#pause(state, reason, retryAt, signal)) await this.#connect(signal);
    });
  }

  /** Links a device by QR, or by code where a number is given; then stays connected. */
  async pair(phoneNumber: string | undefined): Promise<void> {
    await this.halt();
    this.#unpairedBy = undefined;
    this.#begin((signal) => this.#pair(phoneNumber, signal));
  }

  /** Resolves once the session is over by itself, which it may not be for a long time. Undefined when it does not run. */
  get finished(): Promise<void> | undefined {
    return this.#run?.done;
  }

  /**
   * Runs one change of the instance's life after the other: pairing, starting, stopping, unlinking. One that has begun
   * runs to its end.
   * @throws RetryLaterError OVERLOADED when too many wait; the signal's reason when aborted while waiting.
   */
  async exclusively<T>(signal: AbortSignal, change: () => Promise<T>): Promise<T> {
    // guard: one change of life after the other
    using _turn = await this.#changes.take(signal);
    const wasRunning = this.#run !== undefined;
    try {
      return await change();
    } catch (error) {
      // It ended the connection, and then the database failed: what is stored still says that there shall be one.
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

  /** The service ends: as `halt`, and there is no other connection. */
  async end(): Promise<void> {
    this.#hasEnded = true;
    await this.halt();
  }

  /** Another run of the service has the instance: nothing of it can be stored here, so nothing may be done with it. */
  #takenOver(): void {
    this.#hasEnded = true;
    this.#run?.controller.abort();
    this.set('STOPPED', TAKEN_OVER);
  }

  /** The state as a change of the instance's life left it. */
  set(state: InstanceState, reason?: StateReason, extra: StateExtra = {}): void {
    const before = this.view;
    this.#shown.change(nextView(before, state, reason, extra, this.#deps.clock.now()));
    if (!UNDER_WAY.includes(state)) this.privacy.notConnecting();
    // Whoever is linked next may be somebody else.
    if (state === 'LOGGED_OUT' || state === 'PAIRING') this.privacy.forget();
    if (before.state !== state) this.#deps.telemetry.stateChanged(before, state, reason?.code);
    this.#deps.onInstanceChange(before.id);
  }

  /** Whether waiting for OPEN makes sense: a session is under way, and its next attempt is not later than that. */
  #mayOpenWithin(ms: number): boolean {
    if (!this.#run || !UNDER_WAY.includes(this.view.state)) return false;
    return this.#shown.attemptInMs <= ms;
  }

  #begin(work: (signal: AbortSignal) => Promise<void>): void {
    if (this.#hasEnded) return;
    const controller = new AbortController();
    const done = work(controller.signal)
      .catch((error: unknown) => {
        if (controller.signal.aborted) return;
        this.#deps.log.error({ ...ofInstance(this.view), err: error }, 'session failed');
        this.set('STOPPED', SESSION_FAILED);
      })
      .finally(() => {
        if (this.#run?.controller === controller) this.#run = undefined;
        this.#policy.over();
        this.#deps.gate.forget(this.view.id);
        this.privacy.notConnecting();
      });
    this.#run = { controller, done };
  }

  async #pair(phoneNumber: string | undefined, signal: AbortSignal): Promise<void> {
    const { evidence, linked } = await runPairing({
      session: this,
      phoneNumber,
      live: (events) => this.#live(undefined, signal, events),
    });
    const { state, reason } = judgeClose(evidence, this.#deps.clock.now());
    if (linked) {
      // WhatsApp restarts the stream of a device that was linked: that one is still on its way.
      if (!signal.aborted && reason.code !== 'restart_required') this.set('RECONNECTING', reason);
      const change = { phoneNumber: linked.phoneNumber, reason: null };
      await this.#store(signal, () => this.life.change({ patch: change }));
      if (!signal.aborted) await this.#connect(signal);
      return;
    }
    if (signal.aborted) return;
    await this.#stayIn(state === 'PASSKEY_REQUIRED' ? state : 'UNPAIRED', reason, signal);
  }

  async #connect(signal: AbortSignal): Promise<void> {
    this.#policy.begins();
    while (!signal.aborted) {
      const credentials = await this.#loadCredentials(signal);
      if (credentials === undefined || signal.aborted) return;
      if (!UNDER_WAY.includes(this.view.state)) this.set('RECONNECTING', STARTING);
      const live = (events: RunEvents): Promise<CloseEvidence> => this.#live(credentials, signal, events);
      const evidence = await runLogin({ ...this.#deps, session: this, policy: this.#policy, live }, signal);
      // guard: a stopped session does not judge its end
      if (signal.aborted) return;
      if (!(await this.#follow(judgeClose(evidence, this.#deps.clock.now()), signal))) return;
      // A login that stores something would come to nothing again, and WhatsApp counts it all the same.
      if (evidence.kind === 'storage_failed') await this.#store(signal, () => this.#deps.storage.probe());
    }
  }

  /** Undefined when there is nothing to log in with; the state then says why. A failed read is never "none yet". */
  async #loadCredentials(signal: AbortSignal): Promise<string | undefined> {
    try {
      const load = (): Promise<string | undefined> => this.life.loadCredentials();
      // guard: a failed read of credentials is not "none yet", else await load().catch(() => undefined)
      const credentials = await this.#store(signal, load);
      if (credentials === undefined) this.set('UNPAIRED', this.#unpairedBy);
      return credentials;
    } catch (error) {
      if (signal.aborted) return undefined;
      this.#deps.log.error({ ...ofInstance(this.view), err: error }, 'credentials could not be read');
      const message = 'The stored credentials could not be read; nothing was changed';
      this.set('STOPPED', { code: 'credentials_unreadable', message });
      return undefined;
    }
  }

  /** Opens one link and waits until it is gone. */
  #live(credentials: string | undefined, signal: AbortSignal, events: RunEvents): Promise<CloseEvidence> {
    const onOver = (): void => {
      // Its socket may take its time to close; calls wait for the next link from now on.
      // guard: a link that is gone is closed for calls
      if (this.#link) this.privacy.closed(this.#link);
    };
    const hold = (link: Link | undefined): void => void (this.#link = link);
    const opened = { instance: this.view, life: this.life, credentials, events: { ...events, onOver }, hold };
    return live(this.#deps, opened, signal);
  }

  /** Does what the verdict says; false when the session is over. */
  async #follow(verdict: Verdict, signal: AbortSignal): Promise<boolean> {
    const { clock, gate, telemetry } = this.#deps;
    const { action, state, reason } = verdict;
    if (state === 'CLIENT_OUTDATED') gate.refusedAsOutdated(this.view.id);
    const next = this.#policy.next(verdict);
    if (next.kind !== 'never') telemetry.reconnecting(this.view, reason.code);
    switch (next.kind) {
      case 'now':
        this.set('RECONNECTING', reason);
        return true;
      case 'at':
        if (state === 'BANNED') {
          const patch = { state, stateSince: clock.now(), reason: { ...reason, retryAt: next.at } };
          await this.#store(signal, () => this.life.change({ patch }));
        }
        return this.#pause(state, reason, next.at, signal);
      case 'never':
        // guard: a confirmed logout takes the credentials, else undefined
        const archiveUntil = action.kind === 'logged_out' ? clock.now() + ARCHIVE_MS : undefined;
        await this.#stayIn(state, reason, signal, archiveUntil);
        return false;
    }
  }

  async #pause(state: InstanceState, reason: StateReason, retryAt: number, signal: AbortSignal): Promise<boolean> {
    this.set(state, { ...reason, retryAt });
    const pause = new AbortController();
    this.#wake = () => pause.abort();
    await sleepUntil(this.#deps.clock, retryAt, AbortSignal.any([signal, pause.signal]));
    this.#wake = undefined;
    return !signal.aborted;
  }

  /** A state that lasts: it is stored, so that it is still known after a restart. */
  async #stayIn(state: InstanceState, reason: StateReason, signal: AbortSignal, archiveUntil?: number): Promise<void> {
    const patch = { wanted: 'stopped', state, stateSince: this.#deps.clock.now(), reason } as const;
    await this.#store(signal, () => this.life.change({ patch, archiveUntil }));
    this.set(state, reason);
  }

  /** What the database is asked; nothing goes on without it. */
  #store<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    return patiently(this.#deps, work, async (until, error, isFirst) => {
      if (isFirst) this.#deps.log.warn({ ...ofInstance(this.view), err: error }, 'the database failed; trying again');
      const { state, reason } = judgeClose({ kind: 'storage_failed', error }, this.#deps.clock.now());
      await this.#pause(state, reason, until, signal);
      signal.throwIfAborted();
    });
  }
}

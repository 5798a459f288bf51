import { ofInstance } from '../../telemetry/events.ts';
import type { CloseEvidence } from '../../wire/link.ts';
import type { Instance } from '../instance.ts';
import { ARCHIVE_MS } from '../life.ts';
import type { SessionDeps } from '../session-deps.ts';
import { STARTING, type StateReason, UNDER_WAY } from '../state.ts';
import { judgeClose, type Verdict } from './close-reasons.ts';
import { runLogin } from './login-run.ts';
import { ReconnectPolicy } from './reconnect.ts';
import type { Waiting } from './waiting.ts';

const UNREADABLE: StateReason = {
  code: 'credentials_unreadable',
  message: 'The stored credentials could not be read; nothing was changed',
};

/** Logs an instance in, and again when its link ends. There is one link at a time: the next is opened once the last is closed. */
export class LoginLoop {
  readonly #deps: SessionDeps;
  readonly #instance: Instance;
  readonly #waiting: Waiting;
  readonly #policy: ReconnectPolicy;
  /** Why the instance is not paired, as it was stored: the service before ended while it was being paired. */
  #unpairedBy: StateReason | undefined;

  constructor(deps: SessionDeps, instance: Instance, waiting: Waiting) {
    this.#deps = deps;
    this.#instance = instance;
    this.#waiting = waiting;
    this.#policy = new ReconnectPolicy(deps.clock, deps.random);
    if (instance.view.state === 'UNPAIRED') this.#unpairedBy = instance.view.reason;
  }

  /** It has tried for long without being OPEN for a while. */
  get isInVain(): boolean {
    return this.#policy.isInVain;
  }

  /** It is paired again: how an earlier pairing ended says nothing any more. */
  forgetPairing(): void {
    this.#unpairedBy = undefined;
  }

  /** Resolves once the instance is in a state that lasts, or an abort ended the session. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, storage } = this.#deps;
    this.#policy.begins();
    while (!signal.aborted) {
      const evidence = await this.#login(signal);
      if (!evidence) return;
      // guard: a stopped session does not judge its end
      if (signal.aborted) return;
      const goesOn = await this.#follow(judgeClose(evidence, clock.now()), signal);
      if (!goesOn) return;
      // Until the database works, the next login would fail as this one did, and WhatsApp counts logins.
      if (evidence.kind === 'storage_failed') await this.#waiting.forDatabase(signal, () => storage.probe());
    }
  }

  /** The session is over. */
  over(): void {
    this.#policy.over();
    this.#deps.gate.forget(this.#instance.view.id);
  }

  /** One link, from its credentials to its end; undefined where there are none, or where an abort came before it. */
  async #login(signal: AbortSignal): Promise<CloseEvidence | undefined> {
    const credentials = await this.#loadCredentials(signal);
    if (credentials === undefined || signal.aborted) return undefined;
    await this.#instance.keptSettings.load();
    if (signal.aborted) return undefined;
    if (!UNDER_WAY.includes(this.#instance.view.state)) this.#instance.set('RECONNECTING', STARTING);
    // Not awaited, as in `liveLink`.
    return runLogin({ deps: this.#deps, instance: this.#instance, policy: this.#policy }, credentials, signal);
  }

  /** Undefined when there is nothing to log in with; the state then says why. A failed read is never "none yet". */
  async #loadCredentials(signal: AbortSignal): Promise<string | undefined> {
    try {
      const load = (): Promise<string | undefined> => this.#instance.life.loadCredentials();
      // guard: a failed read of credentials is not "none yet", else await load().catch(() => undefined)
      const credentials = await this.#waiting.forDatabase(signal, load);
      if (credentials === undefined) this.#instance.set('UNPAIRED', this.#unpairedBy);
      return credentials;
    } catch (error) {
      if (signal.aborted) return undefined;
      this.#deps.log.error({ ...ofInstance(this.#instance.view), err: error }, 'credentials could not be read');
      this.#instance.set('STOPPED', UNREADABLE);
      return undefined;
    }
  }

  /** Does what the verdict says; false when it does not log in again. */
  async #follow(verdict: Verdict, signal: AbortSignal): Promise<boolean> {
    const { clock, gate, telemetry } = this.#deps;
    const { action, state, reason } = verdict;
    const { life, view } = this.#instance;
    if (state === 'CLIENT_OUTDATED') gate.refusedAsOutdated(view.id);
    const next = this.#policy.next(verdict);
    if (next.kind !== 'never') telemetry.reconnecting(view, reason.code);
    switch (next.kind) {
      case 'now':
        this.#instance.set('RECONNECTING', reason);
        return true;
      case 'at':
        if (state === 'BANNED') {
          const patch = { state, stateSince: clock.now(), reason: { ...reason, retryAt: next.at } };
          await this.#waiting.forDatabase(signal, () => life.change({ patch }));
        }
        return this.#waiting.pause(state, reason, next.at, signal);
      case 'never': {
        // guard: a confirmed logout takes the credentials, else undefined
        const archiveUntil = action.kind === 'logged_out' ? clock.now() + ARCHIVE_MS : undefined;
        await this.#waiting.rest({ state, reason, archiveUntil }, signal);
        return false;
      }
    }
  }
}

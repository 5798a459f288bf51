import type { Standing } from '../errors.ts';
import type { Link } from '../wire/link.ts';
import { KeptSettings } from './kept-settings.ts';
import { Life } from './life.ts';
import { InstancePrivacy } from './privacy/instance-privacy.ts';
import type { SessionDeps } from './session-deps.ts';
import { ShownView } from './shown-view.ts';
import { CLOSED, MOVING, nextView, UNDER_WAY } from './state.ts';
import type { InstanceState, InstanceView, StateExtra, StateReason } from './state.ts';

/** What an instance asks its session, and tells it. */
export interface InstanceHooks {
  /** Whether the session is connected, or tries to be. */
  readonly isRunning: () => boolean;
  /** Another run of the service has the instance. */
  readonly onLost: () => void;
}

/** One instance in this process: what is shown of it, what is stored of it, its link, and its settings. */
export class Instance {
  readonly life: Life;
  readonly privacy: InstancePrivacy;
  readonly keptSettings: KeptSettings;
  readonly #deps: SessionDeps;
  readonly #hooks: InstanceHooks;
  readonly #shown: ShownView;
  #link: Link | undefined;

  constructor(deps: SessionDeps, view: InstanceView, hooks: InstanceHooks, epoch?: number) {
    const { clock, telemetry, storage, owner } = deps;
    this.#deps = deps;
    this.#hooks = hooks;
    this.#shown = new ShownView(clock, view);
    this.life = new Life({ storage, owner, instanceId: view.id, epoch, onLost: hooks.onLost });
    this.privacy = new InstancePrivacy({
      clock,
      telemetry,
      onChange: () => deps.onPrivacyChange(view.id),
      onNews: () => this.keptSettings.store(),
      mayOpenWithin: (ms) => this.#mayOpenWithin(ms),
      lease: owner.whenHeld && owner,
      standing: () => this.standing,
    });
    this.keptSettings = new KeptSettings(deps, this);
  }

  get view(): InstanceView {
    return this.#shown.current;
  }

  /** What a call is told that finds no connection. The view stays OPEN until the socket of an ended link is closed. */
  get standing(): Standing {
    const { owner } = this.#deps;
    if (owner.whenHeld && !owner.held) return { state: 'RECONNECTING', reason: MOVING };
    return this.view.state === 'OPEN' ? { state: 'RECONNECTING', reason: CLOSED } : this.view;
  }

  /** From the moment it is opened until its socket is closed. */
  get link(): Link | undefined {
    return this.#link;
  }

  hold(link: Link | undefined): void {
    this.#link = link;
  }

  /** Shows another state, and tells who watches. */
  set(state: InstanceState, reason?: StateReason, extra: StateExtra = {}): void {
    const before = this.view;
    this.#shown.change(nextView(before, state, reason, extra, this.#deps.clock.now()));
    if (!UNDER_WAY.includes(state)) this.privacy.notConnecting();
    // The next account that is linked may be another one.
    if (state === 'LOGGED_OUT' || state === 'PAIRING') {
      this.privacy.forget();
      this.keptSettings.forget();
    }
    if (before.state !== state) this.#deps.telemetry.stateChanged(before, state, reason?.code);
    this.#deps.onInstanceChange(before.id);
  }

  /** Whether waiting for OPEN makes sense: the session tries to connect, and its next attempt is not later than that. */
  #mayOpenWithin(ms: number): boolean {
    if (!this.#hooks.isRunning() || !UNDER_WAY.includes(this.view.state)) return false;
    return this.#shown.attemptInMs <= ms;
  }
}

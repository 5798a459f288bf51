import type { Session } from '../instance/session.ts';
import { type InstanceView, isLive } from '../instance/state.ts';

export interface RestingOptions {
  /** How many may rest. */
  readonly most: number;
  /** Whether somebody needs it now. */
  readonly isInUse: (session: Session) => boolean;
  /** Whether it shows what was stored when it was made: all that changes it, and so its row, goes through it. */
  readonly isAsMade: (session: Session) => boolean;
  /** The instance as it is stored; undefined where it can't be read, or is gone. */
  readonly stored: (view: InstanceView) => Promise<InstanceView | undefined>;
  readonly drop: (session: Session) => void;
}

/** Sessions that neither run nor are used, for the next call; over a bound the one that was used longest ago goes. */
export class RestingSessions {
  readonly #options: RestingOptions;
  /** Those that may be at rest, the one that was used last at the end. */
  readonly #sessions = new Set<Session>();
  /** The one that was used last stands at the end already. */
  #last: Session | undefined;
  #isTrimming = false;

  constructor(options: RestingOptions) {
    this.#options = options;
  }

  /** It has just been used, or has changed. */
  add(session: Session): void {
    const { finished, view } = session;
    if (finished) {
      // It has shown how it ends, and is about to.
      if (!isLive(view)) void finished.then(() => this.add(session));
      return;
    }
    if (session === this.#last && this.#sessions.has(session)) return;
    this.#last = session;
    this.#sessions.delete(session);
    this.#sessions.add(session);
    void this.#trim();
  }

  async #trim(): Promise<void> {
    if (this.#isTrimming) return;
    this.#isTrimming = true;
    try {
      for (const session of this.#sessions) {
        if (this.#sessions.size <= this.#options.most) return;
        this.#sessions.delete(session);
        if (await this.#mayGo(session)) this.#options.drop(session);
      }
    } finally {
      this.#isTrimming = false;
    }
  }

  /** Not where it shows something else than is stored: then it stays until it changes. */
  async #mayGo(session: Session): Promise<boolean> {
    const { isInUse, isAsMade, stored } = this.#options;
    if (isInUse(session)) return false;
    if (isAsMade(session)) return true;
    const { view } = session;
    const row = await stored(view);
    return row !== undefined && !isInUse(session) && session.view === view && showsTheSame(view, row);
  }
}

const showsTheSame = (one: InstanceView, other: InstanceView): boolean =>
  one.state === other.state &&
  one.phoneNumber === other.phoneNumber &&
  one.reason?.code === other.reason?.code &&
  one.reason?.retryAt === other.reason?.retryAt;

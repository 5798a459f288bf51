import type { Problem } from './problem.ts';
import { Store } from './store.ts';

/** How the service answers, for the line at the top of each page. */
export type Health =
  | { readonly kind: 'online' }
  | { readonly kind: 'unreachable' }
  /** It answers that it can not tell what the page shows, as where its database is away. */
  | { readonly kind: 'failing' }
  /**
   * The token's calls of this minute are used up, all of its streams are open, or the service is busy. `streams`: what
   * a person does goes on, and what is shown is not live.
   */
  | { readonly kind: 'limited' | 'streams' | 'busy'; readonly until: number };

const ONLINE: Health = { kind: 'online' };
const UNREACHABLE: Health = { kind: 'unreachable' };
const FAILING: Health = { kind: 'failing' };
const DEFAULT_WAIT_MS = 5_000;
/** What is said of several at a time. */
const WORST_FIRST: readonly Health['kind'][] = ['unreachable', 'failing', 'limited', 'busy', 'streams', 'online'];

/** Who asks: all calls together, or a stream. */
export type Asker = 'calls' | symbol;

/** @returns what an answer, or the lack of one, says of the service. */
export function healthAfter(problem: Problem | undefined, asker: Asker, now: number): Health {
  if (problem?.code === 'UNREACHABLE') return UNREACHABLE;
  const until = now + (problem?.retryAfterMs ?? DEFAULT_WAIT_MS);
  if (problem?.code === 'RATE_LIMITED') {
    return { kind: asker === 'calls' || problem.isCallLimit ? 'limited' : 'streams', until };
  }
  if (problem?.code === 'OVERLOADED') return { kind: 'busy', until };
  // A call says so itself where it was made; a stream is tried again.
  return asker !== 'calls' && problem !== undefined ? FAILING : ONLINE;
}

/** The worst of what all who ask were told last: a call that is answered says nothing of a stream that is refused. */
export class HealthWatch {
  readonly health = new Store<Health>(ONLINE);
  /** Of calls alone: what failed for it is asked again once it is online. */
  readonly calls = new Store<Health>(ONLINE);
  readonly #told = new Map<Asker, Health>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  note(asker: Asker, problem: Problem | undefined): void {
    this.#set(asker, healthAfter(problem, asker, Date.now()));
  }

  /** It asks no more. */
  forget(asker: Asker): void {
    this.#set(asker, ONLINE);
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #set(asker: Asker, health: Health): void {
    if (health.kind === 'online') this.#told.delete(asker);
    else this.#told.set(asker, health);
    if (asker === 'calls') {
      clearTimeout(this.#timer);
      // Nobody asks meanwhile: its time is what ends it.
      if ('until' in health) this.#timer = setTimeout(() => this.forget('calls'), health.until - Date.now());
      this.calls.set(health);
    }
    const all = [...this.#told.values()];
    const worst = WORST_FIRST.map((kind) => all.find((one) => one.kind === kind)).find((one) => one !== undefined);
    this.health.set(worst ?? ONLINE);
  }
}

/** An instance was made, has changed or is gone. Whoever gets this reads how it is now. */
export interface Nudge {
  readonly id: string;
  readonly accountId: string;
  readonly name: string;
  /** It was made just now. */
  readonly isNew?: boolean | undefined;
  /** It was deleted. */
  readonly isGone?: boolean | undefined;
}

/** A nudge that waits for its reader. */
export interface PendingNudge extends Nudge {
  /** What `wasSent` said when this one came, or an earlier one of the instance that still waited. */
  readonly wasSent: boolean;
}

/** What one subscriber has not read yet: at most one nudge an instance. Ends when it is disposed. */
export class Nudges implements AsyncIterable<PendingNudge>, Disposable {
  /** Whether the subscriber's client was sent the instance before. */
  wasSent: (nudge: Nudge) => boolean = () => true;
  readonly #pending = new Map<string, PendingNudge>();
  readonly #leave: (nudges: Nudges) => void;
  #wake: (() => void) | undefined;
  #isOver = false;

  constructor(leave: (nudges: Nudges) => void) {
    this.#leave = leave;
  }

  add(nudge: Nudge): void {
    const { id, accountId, name, isGone } = nudge;
    const wasSent = this.#pending.get(id)?.wasSent ?? this.wasSent(nudge);
    this.#pending.set(id, { id, accountId, name, isGone, wasSent });
    this.#wake?.();
  }

  /** Takes the nudge of one instance before its turn; false where none waits. */
  take(id: string): boolean {
    return this.#pending.delete(id);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<PendingNudge, void, void> {
    while (!this.#isOver) {
      const [first] = this.#pending.values();
      if (first) {
        this.#pending.delete(first.id);
        yield first;
      } else {
        await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    }
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
    this.#pending.clear();
    this.#leave(this);
    this.#wake?.();
  }
}

/** No id. */
const EVERYTHING = '';

/** One kind of change. Subscribers follow one instance by its id, or all of an account by the account's. */
export class Topic {
  readonly #subscribers = new Map<string, Set<Nudges>>();

  publish(nudge: Nudge): void {
    this.#tell(EVERYTHING, nudge);
    this.publishFar(nudge);
  }

  /** Of an instance of another node: only who watches it here is told, and not other nodes. */
  publishFar(nudge: Nudge): void {
    this.#tell(nudge.id, nudge);
    this.#tell(nudge.accountId, nudge);
  }

  /** All that happens to the instances of this process, for other nodes. Dispose it as what `subscribe` returns. */
  subscribeToAll(): Nudges {
    return this.subscribe(EVERYTHING);
  }

  #tell(key: string, nudge: Nudge): void {
    for (const subscriber of this.#subscribers.get(key) ?? []) subscriber.add(nudge);
  }

  /** Whether somebody follows it by that key. */
  isFollowed(key: string): boolean {
    return this.#subscribers.has(key);
  }

  /** Dispose what this returns once nobody reads it any more. */
  subscribe(key: string): Nudges {
    const subscribers = this.#subscribers.get(key) ?? new Set();
    this.#subscribers.set(key, subscribers);
    const nudges = new Nudges((left) => {
      subscribers.delete(left);
      if (subscribers.size === 0 && this.#subscribers.get(key) === subscribers) this.#subscribers.delete(key);
    });
    subscribers.add(nudges);
    return nudges;
  }
}

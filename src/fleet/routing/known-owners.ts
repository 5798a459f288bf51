import type { Clock } from '../../clock.ts';
import type { InstanceOwner } from '../../storage/nodes/node-store.ts';
import type { Target } from '../spread/instance-calls.ts';

/** For so long where an instance was is where it is asked for first. */
const LIFE_MS = 1_000;
const MOST = 10_000;

/** An instance, and the node that has it. */
export interface Whereabout {
  readonly instanceId: string;
  readonly owner: InstanceOwner;
}

interface Seen {
  readonly instanceId: string;
  /** Undefined where nobody has it. */
  readonly owner: InstanceOwner | undefined;
}

interface Entry extends Whereabout {
  readonly readAt: number;
}

/**
 * Where instances were a moment ago, so that not each call has to read that. It says who is asked first, and decides nothing:
 * the node that is asked knows whether it has the instance, and where it does not, it is looked up.
 */
export class KnownOwners {
  readonly #clock: Clock;
  /** The oldest first. */
  readonly #entries = new Map<string, Entry>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Undefined where it is to be looked up. */
  get({ reach, name }: Target): Whereabout | undefined {
    const known = this.#entries.get(keyOf(reach.accountId, name));
    if (!known || this.#isOver(known)) return undefined;
    const { instanceId, owner } = known;
    if (reach.instanceId !== undefined && reach.instanceId !== instanceId) return undefined;
    return { instanceId, owner };
  }

  /** @param readAt when it was begun to read that, by the monotonic clock */
  note({ reach, name }: Target, { instanceId, owner }: Seen, readAt: number): void {
    if (!owner) return;
    const key = keyOf(reach.accountId, name);
    this.#entries.delete(key);
    this.#entries.set(key, { instanceId, owner, readAt });
    for (const [oldest, entry] of this.#entries) {
      if (this.#entries.size <= MOST && !this.#isOver(entry)) break;
      this.#entries.delete(oldest);
    }
  }

  forget({ reach, name }: { readonly reach: { readonly accountId: string }; readonly name: string }): void {
    this.#entries.delete(keyOf(reach.accountId, name));
  }

  /** The way to that node is broken. */
  forgetNode({ incarnation }: { readonly incarnation: string }): void {
    for (const [key, { owner }] of this.#entries) if (owner.incarnation === incarnation) this.#entries.delete(key);
  }

  #isOver({ readAt }: Entry): boolean {
    return this.#clock.monotonic() - readAt > LIFE_MS;
  }
}

/** Ids have no space. */
const keyOf = (accountId: string, name: string): string => `${accountId} ${name}`;

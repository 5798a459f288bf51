import type { Clock } from '../clock.ts';
import { RetryLaterError } from '../errors.ts';
import type { PeerCall } from '../peers/peers.ts';
import type { Membership } from './membership.ts';
import type { Residents } from './residents.ts';

/** What a node that gives an instance away asks of the one that it gives it to. */
export const RESERVE = 'nodes.reserve';
export const TAKE = 'nodes.take';

/** How long a place to log in is kept: what runs of the instance may take 10 s to end. */
const KEPT_MS = 15_000;
/** How many are kept at a time. */
const MOST_KEPT = 64;
const RETRY_MS = 1_000;

/** The turns to log in. `LoginGate` has them. */
export interface LoginSlots {
  /**
   * Resolves when the instance may log in, with its place.
   * @param isSpare it has time: all others come first
   * @throws the signal's reason
   */
  reserve(instanceId: string, signal: AbortSignal, isSpare: boolean): Promise<Disposable>;
}

/** How many of all instances are for this node. `Claims` knows it. */
export interface Share {
  /** How many more it may have. */
  readonly room: number;
  /** It was given one. */
  given(): void;
}

interface Kept {
  readonly slot: Disposable;
  readonly timer: Disposable;
}

export interface ReceivingOptions {
  readonly clock: Clock;
  readonly membership: Pick<Membership, 'held' | 'isDraining'>;
  readonly residents: Pick<Residents, 'take'>;
  readonly slots: LoginSlots;
  readonly share: Share;
}

/**
 * How a node takes instances from others, such as one that drains: it keeps a place to log in first, and logs in once the
 * row is its own.
 */
export class Receiving implements Disposable {
  readonly #options: ReceivingOptions;
  readonly #kept = new Map<string, Kept>();
  /** How many places are being taken for instances that another node has above its share. */
  #spare = 0;

  constructor(options: ReceivingOptions) {
    this.#options = options;
  }

  /** Answers the methods above; undefined for all others. */
  ask(method: string, body: unknown, call: PeerCall): Promise<unknown> | undefined {
    if (method === RESERVE) return this.#reserve(instanceIn(body), call.signal, partOf(body, 'isSpare') === true);
    if (method === TAKE) return this.#take(instanceIn(body), epochIn(body));
    return undefined;
  }

  [Symbol.dispose](): void {
    for (const id of this.#kept.keys()) this.#takeOut(id)?.[Symbol.dispose]();
  }

  async #reserve(id: string, signal: AbortSignal, isSpare: boolean): Promise<void> {
    const { membership, slots, share, clock } = this.#options;
    const hasRoom = !isSpare || share.room - this.#kept.size - this.#spare > 0;
    if (membership.isDraining || !membership.held || this.#kept.size >= MOST_KEPT || !hasRoom) {
      throw new RetryLaterError('OVERLOADED', 'This node takes no instances for now', RETRY_MS);
    }
    if (isSpare) this.#spare += 1;
    const slot = await slots.reserve(id, signal, isSpare).finally(() => {
      if (isSpare) this.#spare -= 1;
    });
    this.#takeOut(id)?.[Symbol.dispose]();
    const timer = clock.after(KEPT_MS, () => this.#takeOut(id)?.[Symbol.dispose]());
    this.#kept.set(id, { slot, timer });
  }

  async #take(id: string, epoch: number): Promise<void> {
    const { residents, share } = this.#options;
    share.given();
    await residents.take(id, epoch, this.#takeOut(id));
  }

  #takeOut(id: string): Disposable | undefined {
    const kept = this.#kept.get(id);
    this.#kept.delete(id);
    kept?.timer[Symbol.dispose]();
    return kept?.slot;
  }
}

const partOf = (body: unknown, name: string): unknown =>
  typeof body === 'object' && body !== null ? Object.getOwnPropertyDescriptor(body, name)?.value : undefined;

function instanceIn(body: unknown): string {
  const id = partOf(body, 'instanceId');
  if (typeof id !== 'string') throw new TypeError('A question about an instance names none');
  return id;
}

function epochIn(body: unknown): number {
  const epoch = partOf(body, 'epoch');
  if (typeof epoch !== 'number') throw new TypeError('An instance is given without its epoch');
  return epoch;
}

import type { Logger } from 'pino';
import { abortable } from '../call.ts';
import type { Clock, Deadline } from '../clock.ts';
import { PeerError, type Peers } from '../peers/peers.ts';
import type { InstanceOwner, NodeRow, NodeStore, OwnedInstance } from '../storage/nodes/node-store.ts';
import type { NodeEvents } from '../telemetry/node-events.ts';
import type { Membership } from './membership.ts';
import { RESERVE, TAKE } from './receiving.ts';
import type { Released, Residents } from './residents.ts';
import type { Asked, Targets } from './targets.ts';

/** How long the other node is waited for once it has the row. It finds it by itself too. */
const TAKE_MS = 2_000;
/** After how long a database that failed is asked again. */
const LOOK_MS = 250;

export interface HandOversOptions {
  readonly clock: Clock;
  readonly log: Pick<Logger, 'warn'>;
  readonly events: Pick<NodeEvents, 'handedOver'>;
  readonly membership: Membership;
  readonly store: Pick<NodeStore, 'handOver' | 'keep' | 'ownerOf'>;
  readonly residents: Pick<Residents, 'release' | 'drop' | 'take'>;
  readonly peers: Pick<Peers, 'ask'>;
  /** What is on its way from this node: nothing goes twice. */
  readonly underWay: Set<string>;
}

export interface Pass {
  readonly targets: Targets;
  /** Places to log in are waited for until then. */
  readonly deadline: Deadline;
  /** Aborted: none begins any more. */
  readonly beginsUntil: AbortSignal;
  /** Aborted: what is under way is given up, and nothing is waited for. */
  readonly endsBy: AbortSignal;
  /**
   * Whether an instance is to stay for now. What is asked of users may change while a place to log in is waited for, and
   * while what runs of it finishes.
   */
  readonly mustStay: (instanceId: string) => boolean;
  /** They have time, and go only to nodes that have less than their share. */
  readonly isSpare: boolean;
}

interface Place extends Asked {
  readonly target: NodeRow;
}

export type Given = 'moved' | 'stays' | 'nobody';

/** One after the other from the row here to the session there. */
export class HandOvers {
  given = 0;
  readonly #options: HandOversOptions;
  readonly #pass: Pass;

  constructor(options: HandOversOptions, pass: Pass) {
    this.#options = options;
    this.#pass = pass;
  }

  /** How each of them ended, by its id. Some at a time. */
  async all(owned: readonly (readonly [string, OwnedInstance])[], atOnce: number): Promise<ReadonlyMap<string, Given>> {
    const ends = new Map<string, Given>();
    const left = owned.values();
    const worker = async (): Promise<void> => {
      for (const [id, one] of left) {
        if (this.#pass.beginsUntil.aborted) return;
        const end = await this.#inTurn(id, one);
        ends.set(id, end);
        if (end === 'nobody') return;
      }
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
    return ends;
  }

  async #inTurn(id: string, owned: OwnedInstance): Promise<Given> {
    const { underWay } = this.#options;
    if (underWay.has(id)) return 'stays';
    underWay.add(id);
    try {
      return await this.#one(id, owned);
    } finally {
      underWay.delete(id);
    }
  }

  async #one(id: string, owned: OwnedInstance): Promise<Given> {
    const { clock, events, membership } = this.#options;
    let place = await this.#place(id, owned);
    if (!place) return 'nobody';
    try {
      if (this.#pass.mustStay(id)) return 'stays';
      const from = clock.monotonic();
      const released = await this.#release(id);
      if (released === 'stays') return 'stays';
      let owner = await this.#handOver(id, owned.epoch, place.target);
      while (owner === 'refused') {
        place?.[Symbol.dispose]();
        place = await this.#place(id, owned);
        const { incarnation } = membership;
        owner = place ? await this.#handOver(id, owned.epoch, place.target) : { incarnation, epoch: owned.epoch };
      }
      const end = await this.#settle(id, owned, released, owner, place);
      events.handedOver(id, end === 'moved' ? 'moved' : 'stayed', clock.monotonic() - from);
      return end;
    } finally {
      place?.[Symbol.dispose]();
    }
  }

  /** At the node that takes it: one to log in where that is wanted. Undefined where nobody takes any. */
  async #place(id: string, { isWanted }: OwnedInstance): Promise<Place | undefined> {
    const { targets, deadline, beginsUntil: signal, isSpare } = this.#pass;
    while (!signal.aborted) {
      const isOver = !this.#options.membership.held || targets.areCutOff;
      const target = isOver ? undefined : targets.next();
      if (!target) return undefined;
      const asked = targets.ask(target);
      try {
        if (isWanted) {
          await this.#ask(target, RESERVE, { instanceId: id, isSpare }, signal, deadline.remaining());
          targets.reached(target);
        }
        return { target, ...asked };
      } catch (error) {
        asked[Symbol.dispose]();
        if (!signal.aborted) this.#refused(target, error);
      }
    }
    return undefined;
  }

  #refused(target: NodeRow, error?: unknown): void {
    const { targets, isSpare } = this.#pass;
    const isNew = targets.refused(target, !(error instanceof PeerError) || error.fault === 'moved');
    // One that has its share says no to more.
    if (isNew && !isSpare) this.#options.log.warn({ err: error, node: target.id }, 'a node takes no instances for now');
  }

  async #release(id: string): Promise<Released | undefined | 'stays'> {
    const { residents, log } = this.#options;
    try {
      return await residents.release(id, this.#pass.endsBy, () => this.#pass.mustStay(id));
    } catch (error) {
      if (!this.#pass.endsBy.aborted) log.warn({ err: error, instance: id }, 'an instance could not be released');
      return 'stays';
    }
  }

  /** Who has it then, for good; undefined where nobody has, or that can't be known. */
  async #handOver(id: string, epoch: number, target: NodeRow): Promise<InstanceOwner | undefined | 'refused'> {
    const { clock, log, membership, store } = this.#options;
    const { endsBy } = this.#pass;
    const from = { incarnation: membership.incarnation, epoch };
    try {
      const next = await abortable(store.handOver(id, from, target.incarnation), endsBy);
      if (next !== undefined) return { incarnation: target.incarnation, epoch: next };
      const owner = await abortable(store.ownerOf(id), endsBy);
      if (owner?.incarnation !== from.incarnation || owner.epoch !== epoch) return owner;
      this.#refused(target);
      return 'refused';
    } catch (error) {
      if (endsBy.aborted) return undefined;
      log.warn({ err: error, instance: id }, 'the database failed at a hand-over');
    }
    // It may have been carried out all the same, or be yet: not under the next epoch.
    for (;;) {
      try {
        // guard: what stays with its node stays under the next epoch, else undefined
        const kept = await abortable(store.keep(id, from), endsBy);
        if (kept === undefined) return await abortable(store.ownerOf(id), endsBy);
        return { incarnation: from.incarnation, epoch: kept };
      } catch {
        if (endsBy.aborted) return undefined;
        await clock.sleep(LOOK_MS);
      }
    }
  }

  async #settle(
    id: string,
    { epoch, isWanted }: OwnedInstance,
    released: Released | undefined,
    owner: InstanceOwner | undefined,
    place: Place | undefined,
  ): Promise<'moved' | 'stays'> {
    const { log, membership, residents } = this.#options;
    if (owner?.incarnation === membership.incarnation) {
      if (owner.epoch === epoch) released?.stays();
      // Its session was of the former epoch.
      else released?.moved(owner);
      if (owner.epoch !== epoch && isWanted) {
        const error = await residents.take(id, owner.epoch).catch((reason: unknown) => ({ reason }));
        if (error)
          log.warn({ err: error.reason, instance: id }, 'an instance that stays could not be taken up at once');
      }
      return 'stays';
    }
    if (place && owner?.incarnation === place.target.incarnation) {
      this.given += 1;
      place.taken();
      // Asked before anyone is told where it is: who comes there finds it on its way to being connected.
      if (isWanted) await this.#take(id, owner.epoch, place.target);
    }
    if (released) released.moved(owner);
    else residents.drop(id);
    return 'moved';
  }

  async #take(instanceId: string, epoch: number, target: NodeRow): Promise<void> {
    // Whatever time is up: the row has moved.
    const own = new AbortController();
    using _timer = this.#options.clock.after(TAKE_MS, () => own.abort(new Error('The node did not answer in time')));
    try {
      await this.#ask(target, TAKE, { instanceId, epoch }, own.signal, TAKE_MS);
    } catch (error) {
      this.#options.log.warn({ err: error, node: target.id, instance: instanceId }, 'a node was not told what it has');
    }
  }

  #ask(target: NodeRow, method: string, body: unknown, signal: AbortSignal, remainingMs: number): Promise<unknown> {
    return this.#options.peers.ask(target, method, body, { signal, remainingMs });
  }
}

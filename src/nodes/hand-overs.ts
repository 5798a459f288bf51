import type { Logger } from 'pino';
import type { Clock, Deadline } from '../clock.ts';
import type { Peers } from '../peers/peers.ts';
import type { InstanceOwner, NodeRow, NodeStore, OwnedInstance } from '../storage/nodes/node-store.ts';
import type { NodeEvents } from '../telemetry/node-events.ts';
import type { Membership } from './membership.ts';
import { RESERVE, TAKE } from './receiving.ts';
import type { Released, Residents } from './residents.ts';
import type { Targets } from './targets.ts';

/** How long the other node is waited for once it has the row. It finds it by itself too. */
const TAKE_MS = 2_000;
/** After how long a database that failed is asked again. */
const LOOK_MS = 250;

export interface HandOversOptions {
  readonly clock: Clock;
  readonly log: Pick<Logger, 'warn'>;
  readonly events: Pick<NodeEvents, 'handedOver'>;
  readonly membership: Membership;
  readonly store: Pick<NodeStore, 'handOver' | 'ownerOf'>;
  readonly residents: Pick<Residents, 'release' | 'drop'>;
  readonly peers: Pick<Peers, 'ask'>;
}

export type Given = 'moved' | 'stays' | 'nobody';

/** One after the other from the row here to the session there. */
export class HandOvers {
  given = 0;
  readonly #options: HandOversOptions;
  readonly #targets: Targets;
  readonly #deadline: Deadline;
  readonly #signal: AbortSignal;

  constructor(options: HandOversOptions, targets: Targets, deadline: Deadline, signal: AbortSignal) {
    this.#options = options;
    this.#targets = targets;
    this.#deadline = deadline;
    this.#signal = signal;
  }

  /** Some at a time. What is under way when the time is up comes to its end: its row may have moved. */
  async all(owned: readonly (readonly [string, OwnedInstance])[], atOnce: number): Promise<readonly Given[]> {
    const ends: Given[] = [];
    const left = owned.values();
    const worker = async (): Promise<void> => {
      for (const [id, one] of left) {
        if (this.#signal.aborted) return;
        const end = await this.#one(id, one);
        ends.push(end);
        if (end === 'nobody') return;
      }
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
    return ends;
  }

  async #one(id: string, owned: OwnedInstance): Promise<Given> {
    for (;;) {
      const target = this.#options.membership.held ? this.#targets.next() : undefined;
      if (!target) return 'nobody';
      using asked = this.#targets.ask(target);
      try {
        if (owned.isWanted)
          await this.#ask(target, RESERVE, { instanceId: id }, this.#signal, this.#deadline.remaining());
      } catch (error) {
        if (this.#signal.aborted) return 'stays';
        const isNew = this.#targets.refused(target);
        if (isNew) this.#options.log.warn({ err: error, node: target.id }, 'a node takes no instances for now');
        continue;
      }
      const end = await this.#give(id, owned, target);
      if (end === 'moved') asked.taken();
      return end;
    }
  }

  async #give(id: string, { epoch, isWanted }: OwnedInstance, target: NodeRow): Promise<Given> {
    const { clock, events, residents, log } = this.#options;
    const from = clock.monotonic();
    let released: Released | undefined;
    try {
      released = await residents.release(id, this.#signal);
    } catch (error) {
      if (!this.#signal.aborted) log.warn({ err: error, instance: id }, 'an instance could not be released');
      return 'stays';
    }
    const to = await this.#handOver(id, epoch, target.incarnation);
    if (to === 'stays') {
      released?.stays();
      events.handedOver(id, 'stayed', clock.monotonic() - from);
      return 'stays';
    }
    if (to?.incarnation === target.incarnation) {
      this.given += 1;
      // Asked before anyone is told where it is: who comes there finds it on its way to being connected.
      if (isWanted) await this.#take(id, to.epoch, target);
    }
    if (released) released.moved(to);
    else residents.drop(id);
    events.handedOver(id, 'moved', clock.monotonic() - from);
    return 'moved';
  }

  /** Who has it then; undefined where nobody has. */
  async #handOver(id: string, epoch: number, to: string): Promise<InstanceOwner | undefined | 'stays'> {
    const { clock, log, membership, store } = this.#options;
    const from = { incarnation: membership.incarnation, epoch };
    try {
      const next = await store.handOver(id, from, to);
      if (next !== undefined) return { incarnation: to, epoch: next };
    } catch (error) {
      log.warn({ err: error, instance: id }, 'the database failed at a hand-over');
    }
    // It may have been carried out all the same.
    for (;;) {
      try {
        const owner = await store.ownerOf(id);
        return owner?.incarnation === from.incarnation ? 'stays' : owner;
      } catch {
        if (this.#signal.aborted) return undefined;
        await clock.sleep(LOOK_MS);
      }
    }
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

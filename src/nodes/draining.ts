import type { Logger } from 'pino';
import { type Clock, type Deadline, deadlineIn } from '../clock.ts';
import type { Peers } from '../peers/peers.ts';
import type { InstanceOwner, NodeRow, NodeStore, OwnedInstance } from '../storage/nodes/node-store.ts';
import type { NodeEvents } from '../telemetry/node-events.ts';
import type { Membership } from './membership.ts';
import { RESERVE, TAKE } from './receiving.ts';
import type { Released, Residents } from './residents.ts';
import { Targets } from './targets.ts';

/** How many leave at a time: of those that are to be connected, and of the others. */
const AT_ONCE = 8;
/** How long the other node is waited for once it has the row. It finds it by itself too. */
const TAKE_MS = 2_000;
/** After how long is looked again: whether a pairing is over, or the database back. */
const LOOK_MS = 250;
/** Where there are other nodes, this one answers for so long at least: who sends calls to it has to see that it is not ready. */
const NOTICE_MS = 2_000;
/** At the end there is time left to give away what was being paired until then. */
const AFTER_PAIRING_MS = 2_000;

export interface DrainingOptions {
  readonly clock: Clock;
  readonly log: Pick<Logger, 'info' | 'warn'>;
  readonly events: Pick<NodeEvents, 'handedOver'>;
  readonly membership: Membership;
  readonly store: Pick<NodeStore, 'owned' | 'handOver' | 'ownerOf'>;
  readonly residents: Pick<Residents, 'release' | 'drop' | 'isPairing'>;
  readonly peers: Pick<Peers, 'ask'>;
  /** What is left by then is left to the others, who take it once this node has gone. */
  readonly mostMs: number;
}

type Given = 'moved' | 'stays' | 'nobody';

/** Gives all that a node has to others, one by one, so that it can end and nobody misses it. */
export class Draining {
  readonly #options: DrainingOptions;

  constructor(options: DrainingOptions) {
    this.#options = options;
  }

  /** Resolves once there is nothing left, nobody takes any, or the time is up. */
  async run(): Promise<void> {
    const { clock, log, membership, mostMs } = this.#options;
    const from = clock.monotonic();
    const over = new AbortController();
    using _timer = clock.after(mostMs, () => over.abort(new Error('The time to hand instances over is up')));
    const deadline = deadlineIn(clock, mostMs);
    using targets = new Targets(membership);
    const handOvers = new HandOvers(this.#options, targets, deadline, over.signal);
    try {
      await inTime(membership.drain(), over.signal);
      log.info('draining: instances are given to other nodes');
      await this.#rounds(handOvers, deadline, over.signal);
      const hasOthers = membership.held && targets.all.length > 0;
      if (hasOthers) await clock.sleep(Math.max(0, NOTICE_MS - (clock.monotonic() - from)), over.signal);
    } catch (error) {
      if (!over.signal.aborted) log.warn({ err: error }, 'what is left is for others to take');
    }
    log.info({ given: handOvers.given, isInTime: !over.signal.aborted }, 'drained');
  }

  async #rounds(handOvers: HandOvers, deadline: Deadline, signal: AbortSignal): Promise<void> {
    const { clock, membership, residents, store } = this.#options;
    for (;;) {
      signal.throwIfAborted();
      // What is started meanwhile is given away too.
      const owned = [...(await store.owned(membership.incarnation))];
      if (owned.length === 0) return;
      const waits = deadline.remaining() > AFTER_PAIRING_MS ? (id: string) => residents.isPairing(id) : () => false;
      const due = owned.filter(([id]) => !waits(id));
      const [wanted, others] = [due.filter(([, { isWanted }]) => isWanted), due.filter(([, one]) => !one.isWanted)];
      const ends = (await Promise.all([handOvers.all(wanted), handOvers.all(others)])).flat();
      if (handOvers.hasNowhere) return;
      if (!ends.includes('moved')) await clock.sleep(LOOK_MS, signal);
    }
  }
}

/** Stops waiting when the time is up. */
async function inTime<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const late = Promise.withResolvers<never>();
  signal.addEventListener('abort', () => late.reject(signal.reason), { once: true });
  return await Promise.race([work, late.promise]);
}

/** One after the other from the row here to the session there. */
class HandOvers {
  given = 0;
  readonly #options: DrainingOptions;
  readonly #targets: Targets;
  readonly #deadline: Deadline;
  readonly #signal: AbortSignal;

  constructor(options: DrainingOptions, targets: Targets, deadline: Deadline, signal: AbortSignal) {
    this.#options = options;
    this.#targets = targets;
    this.#deadline = deadline;
    this.#signal = signal;
  }

  get hasNowhere(): boolean {
    return !this.#options.membership.held || this.#targets.next() === undefined;
  }

  /** Some at a time. What is under way when the time is up comes to its end: its row may have moved. */
  async all(owned: readonly (readonly [string, OwnedInstance])[]): Promise<readonly Given[]> {
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
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
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
        this.#options.log.warn({ err: error, node: target.id }, 'a node takes no instances for now');
        this.#targets.refused(target);
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

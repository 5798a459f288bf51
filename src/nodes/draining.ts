import type { Logger } from 'pino';
import { abortable } from '../call.ts';
import { deadlineIn } from '../clock.ts';
import type { NodeStore, OwnedInstance } from '../storage/nodes/node-store.ts';
import { HandOvers, type HandOversOptions, type Pass } from './hand-overs.ts';
import type { Residents } from './residents.ts';
import { Targets } from './targets.ts';

/** How many leave at a time: of those that are to be connected, and of the others. */
const AT_ONCE = 8;
/** After how long what failed is tried again, and looked whether a pairing is over. */
const LOOK_MS = 250;
/** Where there are other nodes, this one answers for so long at least: who sends calls to it has to see that it is not ready. */
const NOTICE_MS = 2_000;
/** At the end there is time left to give away what was being paired until then. */
const AFTER_PAIRING_MS = 2_000;

export interface DrainingOptions extends HandOversOptions {
  readonly log: Pick<Logger, 'info' | 'warn'>;
  readonly store: HandOversOptions['store'] & Pick<NodeStore, 'owned'>;
  readonly residents: HandOversOptions['residents'] & Pick<Residents, 'isPairing'>;
  /** What is left by then is left to the others, who take it once this node has gone. */
  readonly mostMs: number;
}

/** Gives all that a node has to others, one by one, so that it can end and nobody misses it. */
export class Draining {
  readonly #options: DrainingOptions;
  readonly #warned = new Set<string>();

  constructor(options: DrainingOptions) {
    this.#options = options;
  }

  /**
   * Resolves once there is nothing left, no other node lives or can be reached, or the time is up.
   * @param lost aborted where another process goes by this node's name: then there is nothing left to give
   */
  async run(lost?: AbortSignal): Promise<void> {
    const { clock, log, membership, mostMs } = this.#options;
    const from = clock.monotonic();
    const late = new AbortController();
    using _timer = clock.after(mostMs, () => late.abort(new Error('The time to hand instances over is up')));
    const over = lost ? AbortSignal.any([late.signal, lost]) : late.signal;
    const deadline = deadlineIn(clock, mostMs);
    using targets = new Targets(membership, clock);
    const mustStay = (id: string): boolean =>
      deadline.remaining() > AFTER_PAIRING_MS && this.#options.residents.isPairing(id);
    const pass = { targets, deadline, beginsUntil: over, endsBy: over, mustStay, isSpare: false };
    const handOvers = new HandOvers(this.#options, pass);
    try {
      const isTold = await this.#tell(targets, over);
      if (isTold) await this.#rounds(handOvers, pass);
      const hasOthers = membership.held && targets.all.length > 0;
      if (hasOthers) await clock.sleep(Math.max(0, NOTICE_MS - (clock.monotonic() - from)), over);
    } catch (error) {
      if (!over.aborted) log.warn({ err: error }, 'what is left is for others to take');
    }
    log.info({ given: handOvers.given, isInTime: !late.signal.aborted }, 'drained');
  }

  /** The others are to know it first; false where there are none, as far as this node knows. */
  async #tell(targets: Targets, signal: AbortSignal): Promise<boolean> {
    const { clock, log, membership } = this.#options;
    for (;;) {
      try {
        await abortable(membership.drain(), signal);
        log.info('draining: instances are given to other nodes');
        return true;
      } catch (error) {
        signal.throwIfAborted();
        if (targets.all.length === 0) return false;
        this.#warn(error, 'other nodes could not be told that this one drains; trying again');
        await clock.sleep(LOOK_MS, signal);
      }
    }
  }

  async #rounds(handOvers: HandOvers, { targets, endsBy: signal, mustStay }: Pass): Promise<void> {
    const { clock, log, membership } = this.#options;
    while (targets.all.length > 0) {
      signal.throwIfAborted();
      // What is started meanwhile is given away too. What fails is tried again: whatever is left is missed by its users.
      const owned = membership.held ? await this.#owned(signal) : undefined;
      if (owned?.length === 0) return;
      const due = owned?.filter(([id]) => !mustStay(id)) ?? [];
      const [wanted, others] = [due.filter(([, { isWanted }]) => isWanted), due.filter(([, one]) => !one.isWanted)];
      const ends = await Promise.all([handOvers.all(wanted, AT_ONCE), handOvers.all(others, AT_ONCE)]);
      const hasMoved = ends.some((some) => [...some.values()].includes('moved'));
      if (hasMoved) continue;
      // Who can't ask them can still leave what it has to them.
      if (targets.areCutOff) return log.warn('no other node can be reached: what is left is for them to take');
      await clock.sleep(LOOK_MS, signal);
    }
    log.info('no other node takes instances: what is left is for those that come');
  }

  async #owned(signal: AbortSignal): Promise<readonly (readonly [string, OwnedInstance])[] | undefined> {
    const { membership, store } = this.#options;
    try {
      return [...(await abortable(store.owned(membership.incarnation), signal))];
    } catch (error) {
      signal.throwIfAborted();
      this.#warn(error, 'what this node has could not be read; trying again');
      return undefined;
    }
  }

  /** What fails is tried again over and over. */
  #warn(error: unknown, message: string): void {
    if (!this.#warned.has(message)) this.#options.log.warn({ err: error }, message);
    this.#warned.add(message);
  }
}

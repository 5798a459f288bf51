import type { Session } from '../instance/session.ts';
import { ElsewhereError } from '../nodes/elsewhere.ts';
import type { Released, Residents } from '../nodes/residents.ts';
import type { InstanceRow, InstanceRows } from './instance-rows.ts';
import type { Departures } from './leaving/departures.ts';
import { release } from './leaving/release.ts';
import { isWanted } from './pool-node.ts';
import type { SessionPool } from './session-pool.ts';

/** The sessions of a pool, as the claims of its node see them. */
export class SessionResidents implements Residents {
  readonly #pool: SessionPool;
  readonly #rows: InstanceRows;
  readonly #departures: Departures | undefined;
  /** What waits for its turn ends with the session, which begins nothing then. */
  readonly #turns = new AbortController().signal;

  /** @param departures given where this is one node of several: its sessions may leave for another one */
  constructor(pool: SessionPool, rows: InstanceRows, departures?: Departures) {
    this.#pool = pool;
    this.#rows = rows;
    this.#departures = departures;
  }

  epochs(): ReadonlyMap<string, number> {
    return new Map(this.#pool.registry.all().map(({ view, life }) => [view.id, life.epoch ?? 0]));
  }

  async take(instanceId: string, epoch: number, slot?: Disposable): Promise<void> {
    using kept = new DisposableStack();
    if (slot) kept.use(slot);
    const { row, session, isNew } = (await this.#brought(instanceId)) ?? {};
    if (!row || !session || session.life.epoch !== epoch || !isWanted(row)) return;
    if (slot) this.#pool.gate.keep(instanceId, slot);
    kept.move();
    if (isNew) return session.resume();
    // A call had it made, and may change it yet. The other instances of this node don't wait for that.
    void this.#resumeInTurn(session).catch(() => undefined);
  }

  drop(instanceId: string): void {
    this.#pool.registry.byId(instanceId)?.life.lose();
  }

  isPairing(instanceId: string): boolean {
    return this.#pool.registry.byId(instanceId)?.view.state === 'PAIRING';
  }

  async release(
    instanceId: string,
    signal: AbortSignal,
    mustStay: () => boolean,
  ): Promise<Released | 'stays' | undefined> {
    return this.#departures && release(this.#pool, this.#departures, instanceId, signal, mustStay);
  }

  /** What users want of it may have changed since its row was read. */
  #resumeInTurn(session: Session): Promise<void> {
    return session.exclusively(this.#turns, async () => {
      const now = await this.#rows.byId(session.view.id);
      if (now && isWanted(now) && !session.finished) session.resume();
    });
  }

  /** The session of an instance of this node, and whether it was made just now; undefined where another one has it. */
  async #brought(id: string): Promise<{ row: InstanceRow; session: Session; isNew: boolean } | undefined> {
    const known = this.#pool.registry.byId(id);
    let row: InstanceRow | undefined;
    try {
      using held = await this.#pool.bring(async () => (row = await this.#rows.byId(id)));
      const session = held?.session;
      return row && session && { row, session, isNew: session !== known };
    } catch (error) {
      if (error instanceof ElsewhereError) return undefined;
      throw error;
    }
  }
}

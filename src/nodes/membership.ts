import type { LeaseRow, NodeRow } from '../storage/nodes/node-store.ts';

/** What this process knows of the nodes, itself among them: as of its last renewal, at most some seconds ago. */
export interface Membership {
  /** This node's name. */
  readonly id: string;
  /** Names this run of the service. */
  readonly incarnation: string;
  /**
   * Whether its lease holds, by the monotonic and by the wall clock. Where not, it is mute: it asks nothing of WhatsApp,
   * writes nothing and logs nothing in, but keeps its links.
   */
  readonly held: boolean;
  /** Whether its lease was unbroken for as long as one lasts: then it may take from nodes whose lease has ended. */
  readonly isSteady: boolean;
  /** Until when, by the clock of the database and as of the last renewal. */
  readonly until: number;
  /** The database's, as of the last renewal. */
  readonly server: string;
  readonly isDraining: boolean;
  /** All nodes with a row. */
  readonly nodes: readonly NodeRow[];
  /** Resolves with true once its lease holds, or with false after so long: what has to be written waits for that. */
  whenHeld(ms: number): Promise<boolean>;
  /** The node of that run; asks the database where it is not known yet. Undefined where it has no row. */
  find(incarnation: string): Promise<LeaseRow | undefined>;
  /**
   * From now on it takes no more instances. Resolves once it has said so by a renewal, so that the others know; rejects
   * where that failed, and the next renewal says it.
   */
  drain(): Promise<void>;
  /** Called after each renewal, and when the lease has lapsed. */
  onChange(listener: () => void): Disposable;
  /** Called when `nodes` show a new count. What was so by `since`, by the monotonic clock, is in it. */
  onCounted(listener: (since: number) => void): Disposable;
}

/** Told from time to time how many instances each run of a node has: a renewal itself has no time to count them. */
export interface CountedMembership extends Membership {
  /** @param since when the count began, by the monotonic clock */
  counted(instances: ReadonlyMap<string, number>, since: number): void;
}

/** What the nodes of one database share: who lives, and who has which instance. All times are the database's own. */
export interface NodeStore {
  /**
   * Writes the node's row, and lets it live for `ttlMs` from now on. Works on a connection of its own, with a deadline of
   * its own. `refused`: a node of that name lives that is not this one.
   */
  renew(self: NodeSelf, ttlMs: number): Promise<Renewal>;
  /** Deletes the node's row: whoever looks next may take what it has. */
  leave(incarnation: string): Promise<void>;
  /** All nodes with a row, those too whose lease has ended. */
  nodes(): Promise<readonly LeaseRow[]>;
  /** All that the node has, by the id of the instance. */
  owned(incarnation: string): Promise<ReadonlyMap<string, OwnedInstance>>;
  /** Looks at all instances, which may take seconds: never on the way of a renewal, a claim or a call. */
  counts(): Promise<InstanceCounts>;
  /**
   * Takes at most `most` of the instances that are to be connected and that nobody has who lives, each under the next
   * epoch. Nothing where the claimer's own lease has ended, or it drains. Rows that others hold locked are passed over.
   */
  claimDue(claim: Claiming & { readonly most: number }): Promise<readonly ClaimedInstance[]>;
  /** Takes one instance for a call, connected or not; undefined where somebody has it who lives, or it is gone. */
  claimOne(claim: Claiming & { readonly instanceId: string }): Promise<ClaimedInstance | undefined>;
  /**
   * Gives an instance to another node, under the next epoch, which it returns; undefined where it has moved already, or the
   * other node does not live or drains.
   */
  handOver(instanceId: string, from: { incarnation: string; epoch: number }, to: string): Promise<number | undefined>;
  /**
   * The node goes on with an instance that it has, under the next epoch, which it returns: a hand-over that is still under
   * way comes too late then. Undefined where it has moved.
   */
  keep(instanceId: string, from: { incarnation: string; epoch: number }): Promise<number | undefined>;
  /** Who has the instance, living or not; undefined where nobody has, or there is no such instance. */
  ownerOf(instanceId: string): Promise<InstanceOwner | undefined>;
  /** The same of several, by the id of the instance. */
  ownersOf(instanceIds: readonly string[]): Promise<ReadonlyMap<string, InstanceOwner>>;
}

/** Who claims. */
export interface Claiming {
  readonly incarnation: string;
  /**
   * Whether a node counts as gone whose lease has ended. Only the claimer that was itself steady for as long as a lease lasts
   * may say so: when a database comes back, all others look dead to the first one that renews. Instances of a node without
   * a row are free for all.
   */
  readonly fromDead: boolean;
  /**
   * As the last renewal said. A claim that was held up on its way until after that takes nothing: what it was decided by
   * may not be so any more, as after an outage of the database, when all others look dead.
   */
  readonly until: number;
  /**
   * The one that the last renewal was at. By the clock of another one the leases of those may have ended that live, and
   * `until` not: a claim there takes nothing from them.
   */
  readonly server: string;
}

/** What a node says of itself. */
export interface NodeSelf {
  /** The operator's name for it, such as its pod's. */
  readonly id: string;
  /** Another one at each start. */
  readonly incarnation: string;
  /** Where other nodes reach it. */
  readonly url: string;
  /** It takes no more instances, and hands over those that it has. */
  readonly draining: boolean;
}

/** A node as its row shows it. */
export interface LeaseRow extends NodeSelf {
  /** Epoch milliseconds. */
  readonly startedAt: number;
  /** Whether its lease had not ended when the row was read. */
  readonly isLive: boolean;
}

export interface NodeRow extends LeaseRow {
  /** How many instances it has, as of the latest count. */
  readonly instances: number;
}

export interface InstanceCounts {
  /** How many are to be connected, those of all nodes. */
  readonly wanted: number;
  /** How many each run of a node has, connected or not. */
  readonly byOwner: ReadonlyMap<string, number>;
}

export type Renewal =
  | {
      readonly kind: 'renewed';
      readonly nodes: readonly LeaseRow[];
      /** When the lease ends by the clock of the database, epoch milliseconds. */
      readonly until: number;
      /** Names the server, and with it the clock: another one after each of its starts. */
      readonly server: string;
      /** Over another connection than the one before: it may lead to another server, with a clock of its own. */
      readonly isNewConnection?: boolean;
    }
  | { readonly kind: 'refused' };

export interface InstanceOwner {
  readonly incarnation: string;
  readonly epoch: number;
}

export interface OwnedInstance {
  readonly epoch: number;
  /** Whether it is to be connected, and has something to log in with. */
  readonly isWanted: boolean;
}

export interface ClaimedInstance {
  readonly id: string;
  readonly epoch: number;
  readonly isWanted: boolean;
}

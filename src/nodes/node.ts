import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { NodeStore } from '../storage/nodes/node-store.ts';
import { Claims } from './claims.ts';
import { Lease } from './lease.ts';
import type { Timing } from './timing.ts';

export interface NodeOptions {
  readonly store: NodeStore;
  readonly clock: Clock;
  readonly log: Logger;
  /** Given by the operator; else it is the machine's. */
  readonly name?: string | undefined;
  /** Where other nodes reach it. */
  readonly url: string;
  readonly timing?: Partial<Timing> | undefined;
  /** Another process goes by its name now. */
  readonly onReplaced: () => void;
}

/** This process as one of several: its lease, and its claims. Disposing leaves. */
export class Node implements AsyncDisposable {
  readonly membership: Lease;
  readonly claims: Claims;

  constructor(options: NodeOptions) {
    const { store, clock, log, url, timing, onReplaced } = options;
    const confirm = (): Promise<void> => this.claims.dropLost();
    this.membership = new Lease({ store, clock, log, url, timing, incarnation: randomUUID(), confirm, onReplaced });
    this.claims = new Claims({ store, clock, log, timing, membership: this.membership });
  }

  /** @throws OperatorError */
  static async join(options: NodeOptions): Promise<Node> {
    const node = new Node(options);
    await node.membership.join(options.name ?? hostname(), options.name !== undefined);
    return node;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.claims.stop();
    // Where the database does not answer, the lease ends by itself.
    await this.membership.leave().catch(() => undefined);
  }
}

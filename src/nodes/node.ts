import { hkdfSync, type KeyObject, randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import { createPeers } from '../peers/client.ts';
import { listenForPeers } from '../peers/listener.ts';
import type { CrossingClass } from '../peers/outcome.ts';
import { PeerError, type PeerHandler, type Peers } from '../peers/peers.ts';
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
  /** Where it listens for other nodes; port 0: any free one. */
  readonly host: string;
  readonly port: number;
  /** Where other nodes reach it; undefined: there. */
  readonly url?: string | undefined;
  /** Of the database: what proves to other nodes that this is one of them comes of it. */
  readonly tokenKey: KeyObject;
  /** Errors that go from node to node as what they are. */
  readonly errors: readonly CrossingClass[];
  readonly timing?: Partial<Timing> | undefined;
  /** Another process goes by its name now. */
  readonly onReplaced: () => void;
  /** Aborted: it is not to join any more. */
  readonly signal?: AbortSignal | undefined;
}

/** This process as one of several: its lease, its claims, and what it is asked by others. Disposing leaves. */
export class Node implements AsyncDisposable {
  readonly membership: Lease;
  readonly claims: Claims;
  readonly peers: Peers;
  readonly store: NodeStore;
  readonly #resources: AsyncDisposableStack;

  /** @throws OperatorError; the signal's reason */
  static async join(options: NodeOptions, handler: () => PeerHandler | undefined): Promise<Node> {
    const { store, clock, log, timing, errors, onReplaced } = options;
    await using stack = new AsyncDisposableStack();
    const incarnation = randomUUID();
    const key = new Uint8Array(hkdfSync('sha256', options.tokenKey, '', 'privet nodes', 32));
    const peers = stack.use(createPeers({ key, self: incarnation, clock, log, errors }));
    const listening = { host: options.host, port: options.port, key, incarnation, clock, log, errors };
    const listener = stack.use(await listenForPeers({ ...listening, handler: lateHandler(handler) }));
    const confirm = (): Promise<void> => claims.dropLost();
    const url = options.url ?? listener.url;
    const membership = new Lease({ store, clock, log, url, timing, incarnation, confirm, onReplaced });
    const claims = new Claims({ store, clock, log, timing, membership });
    await membership.join(options.name ?? hostname(), options.name !== undefined, options.signal);
    // Where the database does not answer, the lease ends by itself.
    stack.defer(() => membership.leave().catch(() => undefined));
    stack.defer(() => claims.stop());
    // What it shows of the others is right from the start.
    await claims.count().catch(() => undefined);
    return new Node({ membership, claims, peers, store }, stack.move());
  }

  private constructor(
    { membership, claims, peers, store }: Pick<Node, 'membership' | 'claims' | 'peers' | 'store'>,
    resources: AsyncDisposableStack,
  ) {
    this.membership = membership;
    this.claims = claims;
    this.peers = peers;
    this.store = store;
    this.#resources = resources;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#resources.disposeAsync();
  }
}

/** A node listens before it has anything to answer with: the others are to know where. */
const lateHandler = (handler: () => PeerHandler | undefined): PeerHandler => {
  const ready = (): PeerHandler => {
    const known = handler();
    if (!known) throw new PeerError('moved', 'This node has nothing yet');
    return known;
  };
  return {
    ask: async (...question) => ready().ask(...question),
    async *stream(...question) {
      yield* ready().stream(...question);
    },
  };
};

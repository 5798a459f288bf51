import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import { OperatorError } from '../errors.ts';
import type { Ownership } from '../storage/dialects/ownership.ts';
import { watchOwnership } from '../storage/dialects/owner-watch.ts';
import { acquireOwnership, openStorage, type Storage, type StorageOptions } from '../storage/storage.ts';
import type { PeerHandler } from '../peers/peers.ts';
import type { Membership } from './membership.ts';
import { Node, type NodeOptions } from './node.ts';

export interface ServedDataOptions {
  readonly storage: StorageOptions & { readonly clock: Clock; readonly warn: (message: string) => void };
  readonly log: Logger;
  readonly node: Pick<NodeOptions, 'name' | 'host' | 'port' | 'url' | 'errors' | 'timing'>;
  /** What other nodes are answered with, once there is something. */
  readonly handler: () => PeerHandler | undefined;
  /** Another process serves the data now, or goes by this one's name: this one has to end. Hears an OperatorError about it. */
  readonly onLost: (why: OperatorError) => void;
  /** Aborted: the data are not to be served any more, before they are. */
  readonly signal?: AbortSignal | undefined;
}

/** The data, and what this run of the service serves it by. */
export interface ServedData extends AsyncDisposable {
  readonly storage: Storage;
  /** The lock of a data folder, or the lease of a node. */
  readonly owner: Pick<Ownership, 'incarnation' | 'held'> & Partial<Pick<Membership, 'whenHeld' | 'onChange'>>;
  /** Where the data are on a server: one of several, or the only one so far. */
  readonly node?: Node | undefined;
}

/**
 * Opens the data, and takes what allows to serve them.
 * @throws OperatorError; the signal's reason
 */
export async function serveData({
  storage: place,
  log,
  node: own,
  handler,
  onLost,
  signal,
}: ServedDataOptions): Promise<ServedData> {
  const { clock, warn } = place;
  await using stack = new AsyncDisposableStack();
  if (place.databaseUrl === undefined) {
    const owner = stack.use(await acquireOwnership(place));
    signal?.throwIfAborted();
    const storage = stack.use(await openStorage({ ...place, owner, signal }));
    signal?.throwIfAborted();
    stack.use(watchOwnership({ owner, clock, warn, onLost: () => onLost(new OperatorError(owner.says.lost)) }));
    return served(stack, { storage, owner });
  }
  const storage = stack.use(await openStorage({ ...place, signal }));
  signal?.throwIfAborted();
  const { nodes: store, tokenKey } = storage;
  if (!store) throw new TypeError('A database of a server has no nodes');
  const onReplaced = (): void =>
    onLost(
      new OperatorError(
        'Another process goes by the name of this node: the lease of this one had ended. This one ends',
      ),
    );
  const node = stack.use(await Node.join({ ...own, store, tokenKey, clock, log, onReplaced, signal }, handler));
  return served(stack, { storage, owner: node.membership, node });
}

const served = (stack: AsyncDisposableStack, data: Omit<ServedData, keyof AsyncDisposable>): ServedData => {
  const kept = stack.move();
  return { ...data, [Symbol.asyncDispose]: () => kept.disposeAsync() };
};

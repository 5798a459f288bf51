import type { Logger } from 'pino';
import type { Call } from '../call.ts';
import type { Clock } from '../clock.ts';
import { instanceNotFound } from '../errors.ts';
import {
  type CommandParts,
  deleteInstance,
  pairInstance,
  startInstance,
  stopInstance,
  unlinkInstance,
} from '../instance/commands.ts';
import type { Session } from '../instance/session.ts';
import type { InstanceView } from '../instance/state.ts';
import { viewOf } from '../instance/stored-view.ts';
import type { InstanceRecord } from '../storage/instances.ts';
import type { Storage } from '../storage/storage.ts';
import type { FirstTokenOf, Lifecycle } from './calls/lifecycle.ts';
import type { Reach } from './calls/reach.ts';
import type { PoolNode } from './pool-node.ts';
import type { SessionPool } from './session-pool.ts';
import type { SessionWatching } from './watching/session-watching.ts';

export interface SessionLifecycleOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly storage: Storage;
  readonly pool: SessionPool;
  readonly watching: SessionWatching;
  readonly node?: PoolNode | undefined;
}

export class SessionLifecycle implements Lifecycle {
  readonly #options: SessionLifecycleOptions;

  constructor(options: SessionLifecycleOptions) {
    this.#options = options;
  }

  async create(reach: Reach, name: string, tokenOf?: FirstTokenOf): Promise<InstanceView> {
    const { storage, watching, node } = this.#options;
    const { accountId } = reach;
    const owner = node?.membership.incarnation;
    let made: InstanceRecord | undefined;
    try {
      await storage.transaction(async (tx) => {
        made = await tx.instances.insert({ accountId, name, wanted: 'running', state: 'UNPAIRED', owner });
        if (tokenOf) await tx.tokens.insert(await tokenOf(made));
      });
    } catch (error) {
      // The database may have carried it out all the same.
      const stored = await storage.instances.find(accountId, name).catch(() => undefined);
      if (!stored || stored.id !== made?.id) throw error;
    }
    if (!made) throw new TypeError('An instance was stored, and not made');
    const view = viewOf(made);
    reach.onFound?.(view);
    watching.instanceChanged({ ...view, isNew: true });
    return view;
  }

  pair(reach: Reach, name: string, phoneNumber: string | undefined, call: Call): Promise<InstanceView> {
    const { pool, watching } = this.#options;
    const { signal } = call;
    return pool.use(reach, name, call, async (session) => {
      await pool.changeOf(session, signal, () => pairInstance(session, this.#options, phoneNumber));
      const view = await waitForPairing(watching.changesOf(session, signal), signal);
      if (!view) throw instanceNotFound(name);
      return view;
    });
  }

  start(reach: Reach, name: string, call: Call): Promise<InstanceView> {
    return this.#command(reach, name, call, startInstance);
  }

  stop(reach: Reach, name: string, call: Call): Promise<InstanceView> {
    return this.#command(reach, name, call, stopInstance);
  }

  unlink(reach: Reach, name: string, call: Call): Promise<InstanceView> {
    return this.#command(reach, name, call, unlinkInstance);
  }

  async delete(reach: Reach, name: string, call: Call): Promise<void> {
    const { pool, watching } = this.#options;
    await pool.change(reach, name, call, async (session) => {
      await deleteInstance(session, this.#options);
      pool.remove(session);
      watching.instanceChanged({ ...session.view, isGone: true });
      watching.privacyChanged({ ...session.view, isGone: true });
    });
  }

  async #command(
    reach: Reach,
    name: string,
    call: Call,
    command: (session: Session, parts: CommandParts) => Promise<void>,
  ): Promise<InstanceView> {
    return this.#options.pool.change(reach, name, call, async (session) => {
      await command(session, this.#options);
      return session.view;
    });
  }
}

/** Waits until there is something to scan or type, or the state says why there is not; undefined when it is deleted. */
async function waitForPairing(
  changes: AsyncIterable<InstanceView>,
  signal: AbortSignal,
): Promise<InstanceView | undefined> {
  for await (const view of changes) {
    if (view.state !== 'PAIRING' || view.pairing) return view;
  }
  signal.throwIfAborted();
  return undefined;
}

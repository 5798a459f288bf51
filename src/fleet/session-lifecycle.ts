import type { Logger } from 'pino';
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
import type { InstanceRecord } from '../storage/instances.ts';
import type { Storage } from '../storage/storage.ts';
import type { FirstTokenOf, Lifecycle } from './calls/lifecycle.ts';
import type { Reach } from './calls/reach.ts';
import { waitForPairing } from './pairing.ts';
import type { SessionPool } from './session-pool.ts';
import type { SessionWatching } from './session-watching.ts';

export interface SessionLifecycleOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly storage: Storage;
  readonly pool: SessionPool;
  readonly watching: SessionWatching<Session>;
}

export class SessionLifecycle implements Lifecycle {
  readonly #options: SessionLifecycleOptions;

  constructor(options: SessionLifecycleOptions) {
    this.#options = options;
  }

  async create(reach: Reach, name: string, tokenOf?: FirstTokenOf): Promise<InstanceView> {
    const { pool, storage } = this.#options;
    const { accountId } = reach;
    let made: InstanceRecord | undefined;
    try {
      await storage.transaction(async (tx) => {
        made = await tx.instances.insert({ accountId, name, wanted: 'running', state: 'UNPAIRED' });
        if (tokenOf) await tx.tokens.insert(await tokenOf(made));
      });
    } catch (error) {
      // The database may have carried it out all the same, now or at an earlier call.
      const stored = await storage.instances.find(accountId, name).catch(() => undefined);
      if (stored) pool.register(stored);
      if (!stored || stored.id !== made?.id) throw error;
    }
    if (!made) throw new TypeError('An instance was stored, and not made');
    const { view } = pool.register(made);
    reach.onFound?.(view);
    return view;
  }

  async pair(reach: Reach, name: string, phoneNumber: string | undefined, signal: AbortSignal): Promise<InstanceView> {
    const { pool, watching } = this.#options;
    const session = pool.get(reach, name);
    await pool.change(session, signal, () => pairInstance(session, this.#options, phoneNumber));
    const view = await waitForPairing(watching.viewer(session), watching.nudges('instanceChanged', session), signal);
    if (!view) throw instanceNotFound(name);
    return view;
  }

  start(reach: Reach, name: string, signal: AbortSignal): Promise<InstanceView> {
    return this.#command(reach, name, signal, startInstance);
  }

  stop(reach: Reach, name: string, signal: AbortSignal): Promise<InstanceView> {
    return this.#command(reach, name, signal, stopInstance);
  }

  unlink(reach: Reach, name: string, signal: AbortSignal): Promise<InstanceView> {
    return this.#command(reach, name, signal, unlinkInstance);
  }

  async delete(reach: Reach, name: string, signal: AbortSignal): Promise<void> {
    const { pool, watching } = this.#options;
    const session = pool.get(reach, name);
    const { id, accountId } = session.view;
    await pool.change(session, signal, async () => {
      await deleteInstance(session, this.#options);
      pool.registry.remove(session);
    });
    watching.instanceChanged(id, accountId);
    watching.privacyChanged(id, accountId);
  }

  async #command(
    reach: Reach,
    name: string,
    signal: AbortSignal,
    command: (session: Session, parts: CommandParts) => Promise<void>,
  ): Promise<InstanceView> {
    const { pool } = this.#options;
    const session = pool.get(reach, name);
    return pool.change(session, signal, async () => {
      await command(session, this.#options);
      return session.view;
    });
  }
}

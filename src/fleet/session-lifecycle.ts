import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import { instanceNotFound, PrivetError } from '../errors.ts';
import { carriedOut, stop, store } from '../instance/settle.ts';
import type { Session } from '../instance/session.ts';
import type { InstanceView } from '../instance/state.ts';
import { logOut, unlink } from '../instance/unlink.ts';
import type { InstanceRecord } from '../storage/instances.ts';
import type { Storage } from '../storage/storage.ts';
import { ofInstance } from '../telemetry/events.ts';
import type { FirstTokenOf, Lifecycle } from './calls/lifecycle.ts';
import type { Reach } from './calls/reach.ts';
import { beginPairing, waitForPairing } from './pairing.ts';
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
    const { pool, storage, watching } = this.#options;
    const session = pool.get(reach, name);
    await pool.change(session, signal, () => beginPairing(session, storage, phoneNumber));
    const view = await waitForPairing(watching.viewer(session), watching.nudges('instanceChanged', session), signal);
    if (!view) throw instanceNotFound(name);
    return view;
  }

  async start(reach: Reach, name: string, signal: AbortSignal): Promise<InstanceView> {
    const { pool, storage, clock } = this.#options;
    const session = pool.get(reach, name);
    return pool.change(session, signal, async () => {
      if ((await storage.credentials.load(session.view.id)) === undefined) {
        throw new PrivetError('BAD_USER_INPUT', `Instance "${name}" is not linked to a phone; pair it first`);
      }
      const change = { wanted: 'running', state: 'STOPPED', stateSince: clock.now(), reason: null } as const;
      await store(session, storage, change);
      session.start();
      return session.view;
    });
  }

  async stop(reach: Reach, name: string, signal: AbortSignal): Promise<InstanceView> {
    const { pool } = this.#options;
    const session = pool.get(reach, name);
    return pool.change(session, signal, async () => {
      await stop(session, this.#options);
      return session.view;
    });
  }

  async unlink(reach: Reach, name: string, signal: AbortSignal): Promise<InstanceView> {
    const { pool } = this.#options;
    const session = pool.get(reach, name);
    return pool.change(session, signal, async () => {
      await unlink(session, this.#options);
      return session.view;
    });
  }

  async delete(reach: Reach, name: string, signal: AbortSignal): Promise<void> {
    const { pool, storage, watching } = this.#options;
    const session = pool.get(reach, name);
    const { id, accountId } = session.view;
    await pool.change(session, signal, async () => {
      // Where nothing can be written, its device is not logged out either.
      await storage.probe();
      if (session.view.state === 'OPEN') await this.#tryToLogOut(session);
      await session.halt();
      await carriedOut(
        () => storage.instances.remove(id),
        async () => (await storage.instances.get(id)) === undefined,
      );
      pool.registry.remove(session);
    });
    watching.instanceChanged(id, accountId);
    watching.privacyChanged(id, accountId);
  }

  /** Where it fails, the phone goes on listing the device until somebody removes it there. */
  async #tryToLogOut(session: Session): Promise<void> {
    try {
      await logOut(session, this.#options);
    } catch (error) {
      this.#options.log.warn({ ...ofInstance(session.view), err: error }, 'not logged out');
    }
  }
}

import type { InstanceView } from '../../instance/state.ts';
import { ElsewhereError } from '../../nodes/elsewhere.ts';
import type { Directory, InstancePage } from '../calls/directory.ts';
import type { PrivacyReading } from '../calls/privacy-calls.ts';
import type { Reach } from '../calls/reach.ts';
import type { FarViews } from './far-views.ts';
import type { Near } from './near.ts';

/** The instances of all nodes. What is stored of them names them; what they show comes from the node that has them. */
export class SpreadDirectory implements Directory {
  readonly #near: Near;
  readonly #views: FarViews;

  constructor(near: Near, views: FarViews) {
    this.#near = near;
    this.#views = views;
  }

  find(reach: Reach, name: string): Promise<InstanceView | undefined> {
    return this.#found(reach, this.#near.directory.find(reach, name));
  }

  get(reach: Reach, id: string): Promise<InstanceView | undefined> {
    return this.#found(reach, this.#near.directory.get(reach, id));
  }

  async list(reach: Reach, { first, after }: { first: number; after?: string | undefined }): Promise<InstancePage> {
    const rows = await this.#near.rows.list(reach, { first: first + 1, afterName: after });
    const instances = await Promise.all(rows.slice(0, first).map((row) => this.#views.of(row)));
    return { instances, hasNextPage: rows.length > first };
  }

  count(reach: Reach): Promise<number> {
    return this.#near.directory.count(reach);
  }

  async lastObserved(instance: InstanceView): Promise<PrivacyReading | undefined> {
    const far = this.#near.sessions.byId(instance.id) ? undefined : await this.#views.readingOf(instance);
    if (!far) return this.#near.directory.lastObserved(instance);
    return { instance, snapshot: far.snapshot, stale: far.stale };
  }

  nodeOf(instance: InstanceView): Promise<string | undefined> | undefined {
    return this.#near.directory.nodeOf(instance);
  }

  async #found(reach: Reach, near: Promise<InstanceView | undefined>): Promise<InstanceView | undefined> {
    let elsewhere: ElsewhereError;
    try {
      return await near;
    } catch (error) {
      if (!(error instanceof ElsewhereError)) throw error;
      elsewhere = error;
    }
    const { instanceId, owner } = elsewhere;
    let view = owner && (await this.#views.live(owner.incarnation, instanceId));
    if (!view) {
      const row = await this.#near.rows.get(reach, instanceId);
      view = row && (await this.#views.of(row));
    }
    if (view) reach.onFound?.(view);
    return view;
  }
}

import type { InstanceState, InstanceView } from '../instance/state.ts';
import { INSTANCE_STATES } from '../instance/state.ts';
import type { Directory, InstancePage } from './calls/directory.ts';
import { isWithin, type Reach } from './calls/reach.ts';
import type { SessionPool } from './session-pool.ts';

export class SessionDirectory implements Directory {
  readonly #pool: SessionPool;

  constructor(pool: SessionPool) {
    this.#pool = pool;
  }

  async find(reach: Reach, name: string): Promise<InstanceView | undefined> {
    const view = this.#pool.registry.find(reach, name)?.view;
    if (view) reach.onFound?.(view);
    return view;
  }

  async get(reach: Reach, id: string): Promise<InstanceView | undefined> {
    const view = this.#pool.registry.get(id)?.view;
    if (!view || !isWithin(reach, view)) return undefined;
    reach.onFound?.(view);
    return view;
  }

  async list(reach: Reach, page: { first: number; after?: string | undefined }): Promise<InstancePage> {
    const found = this.#pool.registry.list(reach, page.after, page.first + 1).map((session) => session.view);
    return { instances: found.slice(0, page.first), hasNextPage: found.length > page.first };
  }

  async count(reach: Reach): Promise<number> {
    return this.#pool.registry.count(reach);
  }

  /** How many instances there are in each state. */
  countByState(): ReadonlyMap<InstanceState, number> {
    const counts = new Map(INSTANCE_STATES.map((state) => [state, 0]));
    for (const { view } of this.#pool.registry.all()) counts.set(view.state, (counts.get(view.state) ?? 0) + 1);
    return counts;
  }
}

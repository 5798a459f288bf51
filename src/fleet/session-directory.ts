import type { InstanceState, InstanceView } from '../instance/state.ts';
import type { Directory, InstancePage } from './calls/directory.ts';
import type { Reach } from './calls/reach.ts';
import type { InstanceRow, InstanceRows } from './instance-rows.ts';
import type { SessionPool } from './session-pool.ts';

/** Instances as they are stored; those that have a session here as it shows them. */
export class SessionDirectory implements Directory {
  readonly #pool: SessionPool;
  readonly #rows: InstanceRows;

  constructor(pool: SessionPool, rows: InstanceRows) {
    this.#pool = pool;
    this.#rows = rows;
  }

  async find(reach: Reach, name: string): Promise<InstanceView | undefined> {
    return found(
      reach,
      this.#pool.registry.find(reach, name)?.view ?? this.#viewOf(await this.#rows.find(reach, name)),
    );
  }

  async get(reach: Reach, id: string): Promise<InstanceView | undefined> {
    return found(reach, this.#pool.registry.get(reach, id)?.view ?? this.#viewOf(await this.#rows.get(reach, id)));
  }

  async list(reach: Reach, page: { first: number; after?: string | undefined }): Promise<InstancePage> {
    const rows = await this.#rows.list(reach, { first: page.first + 1, afterName: page.after });
    const instances = rows.slice(0, page.first).flatMap((row) => this.#viewOf(row) ?? []);
    return { instances, hasNextPage: rows.length > page.first };
  }

  count(reach: Reach): Promise<number> {
    return this.#rows.count(reach);
  }

  /** How many instances there are in each state, those of all accounts. */
  countByState(): Promise<ReadonlyMap<InstanceState, number>> {
    return this.#rows.countByState(this.#pool.registry.all().map(({ view }) => view));
  }

  #viewOf(row: InstanceRow | undefined): InstanceView | undefined {
    return row && (this.#pool.registry.byId(row.view.id)?.view ?? row.view);
  }
}

function found({ onFound }: Reach, view: InstanceView | undefined): InstanceView | undefined {
  if (view) onFound?.(view);
  return view;
}

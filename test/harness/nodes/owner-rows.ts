import { DatabaseSync, type StatementSync } from 'node:sqlite';

export interface OwnerRow {
  readonly owner: string | null;
  readonly epoch: number;
}

/** Who has which instance, as it is committed now: read by a connection of the checks' own, without a turn of the event loop. */
export class OwnerRows implements Disposable {
  readonly #database: DatabaseSync;
  readonly #one: StatementSync;

  constructor(path: string) {
    this.#database = new DatabaseSync(path, { readOnly: true });
    this.#one = this.#database.prepare('select owner_incarnation as owner, epoch from instances where id = ?');
  }

  of(instanceId: string): OwnerRow | undefined {
    const row = this.#one.get(instanceId);
    if (!row) return undefined;
    const { owner, epoch } = row;
    return { owner: typeof owner === 'string' ? owner : null, epoch: Number(epoch) };
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }
}

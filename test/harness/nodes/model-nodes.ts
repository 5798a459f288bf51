import type { Kysely } from 'kysely';
import type { Clock } from '../../../src/clock.ts';
import type {
  ClaimedInstance,
  Claiming,
  InstanceCounts,
  InstanceOwner,
  LeaseRow,
  NodeSelf,
  NodeStore,
  OwnedInstance,
  Renewal,
} from '../../../src/storage/nodes/node-store.ts';
import type { Tables } from '../../../src/storage/schema.ts';

/** A node's row. Times are the database's own. */
export interface ModelNode extends NodeSelf {
  readonly startedAt: number;
  readonly expiresAt: number;
  /** Since when its lease has never ended between two renewals. */
  readonly unbrokenSince: number;
}

/** An instance that was taken from somebody, as the checks hear of it. */
export interface Taken {
  readonly id: string;
  readonly epoch: number;
  readonly by: string;
  readonly from: InstanceOwner | undefined;
  /** The row of who had it, where there is one. */
  readonly fromNode: ModelNode | undefined;
  /** By who had it, of its own accord. */
  readonly isGiven: boolean;
}

/** That whoever claims has a lease itself; that the claim comes before the end of the lease that it was decided under. */
export type ClaimCondition = 'own lease' | 'time';

export interface ModelNodesOptions {
  /** Where the instances are. */
  readonly db: Kysely<Tables>;
  /** The database's. */
  readonly clock: Clock;
  readonly onTaken?: (taken: Taken) => void;
  /** Of what a claim is asked for, this is not: a check that never fails proves nothing. */
  readonly without?: readonly ClaimCondition[] | undefined;
}

interface Row {
  readonly id: string;
  readonly name: string;
  readonly epoch: number;
  readonly owner: string | null;
  readonly isWanted: boolean;
}

/** The rows that nodes share, in memory but for the instances: what `NodeStore` promises, on a clock of the database's own. */
export class ModelNodes implements NodeStore {
  readonly rows = new Map<string, ModelNode>();
  #servers = 1;
  readonly #options: ModelNodesOptions;
  #claims: { readonly at: number; readonly taken: Taken }[] = [];

  constructor(options: ModelNodesOptions) {
    this.#options = options;
  }

  async renew(self: NodeSelf, ttlMs: number): Promise<Renewal> {
    const now = this.#now();
    const before = this.rows.get(self.id);
    const isSame = before?.incarnation === self.incarnation;
    if (before && !isSame && this.isLive(before)) return { kind: 'refused' };
    const isUnbroken = isSame && this.isLive(before);
    this.rows.set(self.id, {
      ...self,
      startedAt: isSame ? before.startedAt : now,
      expiresAt: now + ttlMs,
      unbrokenSince: isUnbroken ? before.unbrokenSince : now,
    });
    return { kind: 'renewed', nodes: await this.nodes(), until: now + ttlMs, server: this.#server };
  }

  async leave(incarnation: string): Promise<void> {
    const node = this.of(incarnation);
    if (node) this.rows.delete(node.id);
  }

  async nodes(): Promise<LeaseRow[]> {
    return [...this.rows.values()]
      .toSorted((a, b) => (a.id < b.id ? -1 : 1))
      .map(({ id, incarnation, url, draining, startedAt, expiresAt }) => ({
        id,
        incarnation,
        url,
        draining,
        startedAt,
        isLive: expiresAt >= this.#now(),
      }));
  }

  async owned(incarnation: string): Promise<Map<string, OwnedInstance>> {
    const rows = (await this.#instances()).filter(({ owner }) => owner === incarnation);
    return new Map(rows.map(({ id, epoch, isWanted }) => [id, { epoch, isWanted }]));
  }

  async counts(): Promise<InstanceCounts> {
    const rows = await this.#instances();
    const byOwner = new Map<string, number>();
    for (const { owner } of rows) if (owner !== null) byOwner.set(owner, (byOwner.get(owner) ?? 0) + 1);
    return { wanted: rows.filter(({ isWanted }) => isWanted).length, byOwner };
  }

  claimDue({ most, ...claim }: Parameters<NodeStore['claimDue']>[0]): Promise<ClaimedInstance[]> {
    return this.#claim(claim, ({ isWanted }) => isWanted, most);
  }

  async claimOne(claim: Parameters<NodeStore['claimOne']>[0]): Promise<ClaimedInstance | undefined> {
    const [claimed] = await this.#claim(claim, ({ id }) => id === claim.instanceId, 1);
    return claimed;
  }

  async handOver(id: string, from: InstanceOwner, to: string): Promise<number | undefined> {
    const target = this.of(to);
    return target && this.isLive(target) && !target.draining ? this.#give(id, from, to) : undefined;
  }

  keep(id: string, from: InstanceOwner): Promise<number | undefined> {
    return this.#give(id, from, from.incarnation);
  }

  async ownerOf(id: string): Promise<InstanceOwner | undefined> {
    const row = (await this.#instances()).find((each) => each.id === id);
    return row && row.owner !== null ? { incarnation: row.owner, epoch: row.epoch } : undefined;
  }

  async ownersOf(ids: readonly string[]): Promise<Map<string, InstanceOwner>> {
    const rows = (await this.#instances()).filter(({ id }) => ids.includes(id));
    return new Map(
      rows.flatMap(({ id, owner, epoch }) => (owner === null ? [] : [[id, { incarnation: owner, epoch }]])),
    );
  }

  /** Claims since then never were, where `isLost` says so: another server has taken the database's place. */
  async forget(since: number, isLost: (id: string) => boolean): Promise<string[]> {
    const forgotten: string[] = [];
    for (const { taken } of this.#claims.filter(({ at }) => at >= since).toReversed()) {
      const { id, epoch, from } = taken;
      if (!isLost(id)) continue;
      await this.#options.db
        .updateTable('instances')
        .set({ owner_incarnation: from?.incarnation ?? null, epoch: epoch - 1 })
        .where('id', '=', id)
        .where('epoch', '=', epoch)
        .execute();
      forgotten.push(id);
    }
    this.#claims = [];
    this.#servers += 1;
    return forgotten;
  }

  /** The row of that run of a node. */
  of(incarnation: string | null): ModelNode | undefined {
    return [...this.rows.values()].find((node) => node.incarnation === incarnation);
  }

  isLive({ expiresAt }: ModelNode): boolean {
    return expiresAt >= this.#now();
  }

  async #claim(
    { incarnation, fromDead, until, server }: Claiming,
    isDue: (row: Row) => boolean,
    most: number,
  ): Promise<ClaimedInstance[]> {
    const self = this.of(incarnation);
    const { without = [] } = this.#options;
    if (!without.includes('own lease') && (!self || !this.isLive(self) || self.draining)) return [];
    if (!without.includes('time') && this.#now() > until) return [];
    const mayFromDead = fromDead && server === this.#server;
    const due = (await this.#instances()).filter((row) => isDue(row) && this.#isFree(row, mayFromDead));
    const claimed: ClaimedInstance[] = [];
    for (const row of due.slice(0, most)) {
      const { id, epoch, isWanted } = row;
      // Its node may have renewed its lease meanwhile: the server looks at that row once more.
      if (this.#isFree(row, mayFromDead) && (await this.#take(row, incarnation, false)))
        claimed.push({ id, epoch: epoch + 1, isWanted });
    }
    return claimed;
  }

  #isFree({ owner }: Row, fromDead: boolean): boolean {
    const node = this.of(owner);
    return !node || (fromDead && !this.isLive(node));
  }

  async #give(id: string, from: InstanceOwner, to: string): Promise<number | undefined> {
    const row = (await this.#instances()).find((each) => each.id === id);
    if (row?.owner !== from.incarnation || row.epoch !== from.epoch) return undefined;
    return (await this.#take(row, to, true)) ? from.epoch + 1 : undefined;
  }

  /** Where nobody else was first. */
  async #take({ id, epoch, owner }: Row, by: string, isGiven: boolean): Promise<boolean> {
    const taken = await this.#options.db
      .updateTable('instances')
      .set({ owner_incarnation: by, epoch: epoch + 1 })
      .where('id', '=', id)
      .where('epoch', '=', epoch)
      .returning('id')
      .executeTakeFirst();
    if (!taken) return false;
    const from = owner === null ? undefined : { incarnation: owner, epoch };
    const event = { id, epoch: epoch + 1, by, from, fromNode: this.of(owner), isGiven };
    this.#claims.push({ at: this.#now(), taken: event });
    this.#options.onTaken?.(event);
    return true;
  }

  async #instances(): Promise<Row[]> {
    const rows = await this.#options.db
      .selectFrom('instances')
      .select(['id', 'name', 'epoch', 'owner_incarnation as owner', 'wanted', 'state', 'has_credentials as linked'])
      .orderBy('name')
      .execute();
    return rows.map(({ wanted, state, linked, ...row }) => ({
      ...row,
      isWanted: wanted === 'running' && (state !== 'UNPAIRED' || linked === 1),
    }));
  }

  get #server(): string {
    return `server ${this.#servers}`;
  }

  #now(): number {
    return this.#options.clock.now();
  }
}

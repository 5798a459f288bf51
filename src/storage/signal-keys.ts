import type { Kysely } from 'kysely';
import { guarded } from './errors.ts';
import { accountOf } from './instances.ts';
import type { Tables } from './schema.ts';
import type { Sealer } from './seal.ts';

/** One key as it will be; null deletes it. The values are texts of the caller's own form. */
export interface SignalKeyChange {
  readonly type: string;
  readonly id: string;
  readonly value: string | null;
}

/** The keys of each instance's Signal sessions, sealed. Their ids, phone numbers among them, are kept as keyed hashes. */
export interface SignalKeys {
  /** Those of `ids` that exist. */
  get(instanceId: string, type: string, ids: readonly string[]): Promise<Map<string, string>>;
  /** All of it or nothing: one database transaction. */
  apply(instanceId: string, changes: readonly SignalKeyChange[]): Promise<void>;
}

/** SQLite takes 32,766 parameters a statement; Postgres 65,535. A row below has four. */
const CHUNK = 500;

const chunks = <T>(items: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(items.length / CHUNK) }, (_, i) => items.slice(i * CHUNK, (i + 1) * CHUNK));

const place = (account: string, instance: string, type: string, id: string) => ({
  account,
  instance,
  // Apart from the types of other tables, whatever WhatsApp calls its own.
  type: `signal/${type}`,
  id,
});

/** The last change of a key counts. */
const lastOfEach = (changes: readonly SignalKeyChange[]): SignalKeyChange[] => [
  ...new Map(changes.map((change) => [JSON.stringify([change.type, change.id]), change])).values(),
];

export const createSignalKeys = (db: Kysely<Tables>, sealer: Sealer): SignalKeys => ({
  get: (instanceId, type, ids) =>
    guarded('signalKeys.get', async () => {
      const found = new Map<string, string>();
      const account = await accountOf(db, instanceId);
      const places = new Map(
        ids.map((id) => {
          const at = place(account, instanceId, type, id);
          return [sealer.blind(at), at];
        }),
      );
      for (const some of chunks([...places.keys()])) {
        const query = db.selectFrom('signal_keys').select(['key_id', 'sealed']).where('instance_id', '=', instanceId);
        const rows = await query.where('type', '=', type).where('key_id', 'in', some).execute();
        for (const row of rows) {
          const at = places.get(row.key_id);
          if (at) found.set(at.id, sealer.openText(at, row.sealed));
        }
      }
      return found;
    }),

  apply: (instanceId, changes) =>
    guarded('signalKeys.apply', () =>
      db.transaction().execute(async (tx) => {
        const account = await accountOf(tx, instanceId);
        const last = lastOfEach(changes);
        const written = last.flatMap(({ type, id, value }) => {
          if (value === null) return [];
          const at = place(account, instanceId, type, id);
          return [{ instance_id: instanceId, type, key_id: sealer.blind(at), sealed: sealer.sealText(at, value) }];
        });
        for (const rows of chunks(written)) {
          await tx
            .insertInto('signal_keys')
            .values(rows)
            .onConflict((conflict) =>
              conflict
                .columns(['instance_id', 'type', 'key_id'])
                .doUpdateSet((row) => ({ sealed: row.ref('excluded.sealed') })),
            )
            .execute();
        }
        const deleted = Map.groupBy(
          last.filter(({ value }) => value === null),
          ({ type }) => type,
        );
        for (const [type, keys] of deleted) {
          for (const some of chunks(keys.map(({ id }) => sealer.blind(place(account, instanceId, type, id))))) {
            const query = tx.deleteFrom('signal_keys').where('instance_id', '=', instanceId);
            await query.where('type', '=', type).where('key_id', 'in', some).execute();
          }
        }
      }),
    ),
});

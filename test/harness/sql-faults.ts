import { StatementSync } from 'node:sqlite';

/** Lets the n-th statement of all databases of this process fail, once. */
export interface SqlFaults extends Disposable {
  /** `after`: it is carried out, and reported as failed, as when the disk fails behind the write. */
  arm(nth: number, when: 'before' | 'after'): void;
  disarm(): void;
}

/** Disk I/O error, disk full, database locked: what is locked is never carried out all the same. */
const CODES = { before: [10, 5, 13], after: [10, 13] } as const;

/** @param onStrike hears which statement it was. */
export function installSqlFaults(onStrike: (sql: string) => void): SqlFaults {
  const { all, run } = StatementSync.prototype;
  let left = 0;
  let when: 'before' | 'after' = 'before';
  let struck = 0;

  const around = <T>(statement: StatementSync, carryOut: () => T): T => {
    if (left === 0) return carryOut();
    left -= 1;
    if (left > 0) return carryOut();
    const sql = statement.sourceSQL;
    onStrike(sql);
    // A transaction that began has begun: only of what is on disk it may be uncertain whether it is.
    if (when === 'after' && !sql.startsWith('begin')) carryOut();
    struck += 1;
    throw Object.assign(new Error('made to fail'), { errcode: CODES[when][struck % CODES[when].length] });
  };
  const faulty = <T extends typeof all | typeof run>(method: T): T =>
    new Proxy(method, {
      apply: (target, statement: StatementSync, values: unknown[]): unknown =>
        around(statement, () => Reflect.apply(target, statement, values) as unknown),
    });
  Object.assign(StatementSync.prototype, { all: faulty(all), run: faulty(run) });

  return {
    arm(nth, failing) {
      left = nth;
      when = failing;
    },
    disarm() {
      left = 0;
    },
    [Symbol.dispose]() {
      Object.assign(StatementSync.prototype, { all, run });
    },
  };
}

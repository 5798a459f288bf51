import { hostname } from 'node:os';
import { LOCK_CLASS } from './connection.ts';

/** So that a machine that is gone without a word frees the lock within about 10 s, not after the server's two hours. */
export const KEEPALIVE = 'set tcp_keepalives_idle = 4; set tcp_keepalives_interval = 2; set tcp_keepalives_count = 3';

/** The schema's own: several services may share a database. */
export const LOCK_KEY = `${LOCK_CLASS}, hashtext(coalesce(current_schema(), ''))`;
/** Who has the lock: one alone, or several that share it. */
export const HOLDER = `
  select pid, application_name as name, backend_start as since from pg_stat_activity where pid in (
    select pid from pg_locks where locktype = 'advisory' and granted and objsubid = 2
      and database = (select oid from pg_database where datname = current_database())
      and classid = ${LOCK_CLASS} and objid::bigint = hashtext(coalesce(current_schema(), ''))::bigint & 4294967295)
  order by backend_start`;

export interface Holder {
  readonly pid: number;
  /** As `nameOf` writes it. */
  readonly name: string;
  readonly since: Date;
}

/** What the server shows of the connection that has the lock. It keeps 63 bytes. */
export const nameOf = (incarnation: string): string =>
  `privet/${incarnation}/${process.pid}/${hostname()}`.slice(0, 63);

export const isOf = (incarnation: string, name: string): boolean => name.startsWith(`privet/${incarnation}/`);

export const describe = ({ name, since }: Holder): string => {
  const [, , pid, host] = name.split('/');
  return `process ${pid ?? 'unknown'} on ${host ?? 'another machine'}, started at ${since.toISOString()}`;
};

import { runSql } from '../postgres.ts';

/**
 * Notes each write of what belongs to an instance, and whether its writer had the instance then: each node comes as a user of
 * its own, which has the node's name. What is rolled back is not noted.
 */
const NOTE_WRITES = `
  create table history (
    n bigserial primary key,
    at timestamptz not null default clock_timestamp(),
    instance_id text not null,
    what text not null,
    epoch bigint not null,
    revision bigint,
    writer text not null,
    is_stale boolean not null
  );
  grant all on history to public;
  grant all on sequence history_n_seq to public;

  create function note_write() returns trigger as $$
  declare
    v_before jsonb := case when tg_op = 'UPDATE' then to_jsonb(old) else '{}' end;
    v_after jsonb := to_jsonb(new);
    v_is_row boolean := tg_table_name = 'instances';
    v_id text := v_after ->> case when v_is_row then 'id' else 'instance_id' end;
    v_epoch bigint;
    v_owner text;
    v_writer text := (select incarnation from nodes where id = current_user);
    v_moved boolean := v_is_row and v_before ->> 'epoch' is distinct from v_after ->> 'epoch';
    v_revision bigint;
  begin
    -- An update that changes nothing locks the row.
    if v_before = v_after then return null; end if;
    select epoch, owner_incarnation into v_epoch, v_owner from instances where id = v_id;
    if v_is_row and v_before ->> 'credentials_revision' is distinct from v_after ->> 'credentials_revision' then
      v_revision := (v_after ->> 'credentials_revision')::bigint;
    end if;
    insert into history (instance_id, what, epoch, revision, writer, is_stale) values (
      v_id, case when v_moved then 'moved' else tg_table_name end, v_epoch, v_revision, current_user,
      -- The tests' own writes, and those of a node that takes the instance or gives it away, are none of a holder.
      current_user <> 'privet' and not v_moved and v_owner is distinct from v_writer);
    return null;
  end $$ language plpgsql;

  create trigger note_write after insert or update on instances for each row execute function note_write();
  create trigger note_write after insert or update on credentials for each row execute function note_write();
  create trigger note_write after insert or update on observed_settings for each row execute function note_write();
  create trigger note_write after insert or update on signal_keys for each row execute function note_write();`;

/** What was written of the instances, and by whom. */
export interface History {
  writes(): Promise<number>;
  /** How many writes there were of nodes that did not have the instance then. */
  staleWrites(): Promise<number>;
  /** How many epochs were lower than one before. */
  epochsBack(): Promise<number>;
  /** How many revisions of a login were written more than once. */
  revisionsTwice(): Promise<number>;
}

/** @param url of the database, which may be another server's later */
export async function keepHistory(url: () => string): Promise<History> {
  await runSql(url(), NOTE_WRITES);
  const count = async (query: string): Promise<number> => Number((await runSql(url(), query))[0]?.['n']);
  return {
    writes: () => count('select count(*) as n from history'),
    staleWrites: () => count('select count(*) as n from history where is_stale'),
    epochsBack: () =>
      count(`select count(*) as n from (
        select epoch < lag(epoch) over (partition by instance_id order by n) as went_back from history
      ) as steps where went_back`),
    revisionsTwice: () =>
      count(`select count(*) as n from (
        select 1 from history where revision is not null group by instance_id, revision having count(*) > 1
      ) as twice`),
  };
}

import { runSql } from '../postgres.ts';

/**
 * Notes each write of what belongs to an instance, with who wrote and who had it then: each node comes as a user of its own,
 * which has the node's name.
 */
const NOTE_WRITES = `
  create table history (
    at timestamptz not null default clock_timestamp(),
    instance_id text not null,
    what text not null,
    epoch bigint not null,
    revision bigint,
    writer text not null,
    owner text,
    is_stale boolean not null
  );
  grant all on history to public;
  create function note_write() returns trigger as $$
  declare
    id text := coalesce(to_jsonb(new) ->> 'instance_id', to_jsonb(new) ->> 'id');
    before jsonb := case when tg_op = 'UPDATE' then to_jsonb(old) else '{}' end;
    after jsonb := to_jsonb(new);
    had record;
    mine text := (select incarnation from nodes where nodes.id = current_user);
  begin
    select i.epoch, i.owner_incarnation, n.id as owner into had
      from instances i left join nodes n on n.incarnation = i.owner_incarnation where i.id = note_write.id;
    -- What only locks the row, or moves the instance, stores nothing of it.
    if tg_table_name = 'instances' then
      if before - 'epoch' - 'owner_incarnation' = after - 'epoch' - 'owner_incarnation'
        and before ->> 'epoch' = after ->> 'epoch' then return new; end if;
    end if;
    insert into history (instance_id, what, epoch, revision, writer, owner, is_stale) values (
      id,
      case when before ->> 'epoch' is distinct from after ->> 'epoch' and tg_table_name = 'instances' then 'moved' else tg_table_name end,
      had.epoch,
      case when tg_table_name = 'instances' then (after ->> 'credentials_revision')::bigint end,
      current_user,
      had.owner,
      current_user <> 'privet' and tg_table_name <> 'instances' and had.owner_incarnation is distinct from mine
        or current_user <> 'privet' and tg_table_name = 'instances' and before ->> 'epoch' = after ->> 'epoch'
          and had.owner_incarnation is distinct from mine);
    return new;
  end $$ language plpgsql security invoker;
  alter function note_write() set plpgsql.variable_conflict = 'use_variable';
  create trigger note_write after insert or update on instances for each row execute function note_write();
  create trigger note_write after insert or update on credentials for each row execute function note_write();
  create trigger note_write after insert or update on observed_settings for each row execute function note_write();
  create trigger note_write after insert or update on signal_keys for each row execute function note_write();`;

/** What was written of the instances, and by whom. */
export interface History {
  /** How many writes there were of nodes that did not have the instance then. */
  staleWrites(): Promise<number>;
  /** How many writes there were of all. */
  writes(): Promise<number>;
  /** How many instances have an epoch that was lower than one before. */
  epochsBack(): Promise<number>;
}

export async function keepHistory(url: string): Promise<History> {
  await runSql(url, NOTE_WRITES);
  const count = async (query: string): Promise<number> => Number((await runSql(url, query))[0]?.['n']);
  return {
    staleWrites: () => count('select count(*) as n from history where is_stale'),
    writes: () => count('select count(*) as n from history'),
    epochsBack: () =>
      count(`select count(*) as n from (
        select epoch < lag(epoch) over (partition by instance_id order by at) as went_back from history
      ) as steps where went_back`),
  };
}

import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { randomBytes } from 'node:crypto';
import { makeDatabase, runSql } from '../../../../test/support/postgres.ts';
import { databasePath } from '../../sqlite/database.ts';
import { openStorage } from '../../storage.ts';
import { temporaryFolder } from '../../storage.fixture.ts';

type Rows = readonly Record<string, unknown>[];

const opened = async () => {
  const dataDir = temporaryFolder();
  const databaseUrl = await makeDatabase();
  for (const options of [{ dataDir }, { dataDir, databaseUrl, masterKey: randomBytes(32) }]) {
    await (await openStorage(options))[Symbol.asyncDispose]();
  }
  const file = new DatabaseSync(databasePath(dataDir));
  onTestFinished(() => file.close());
  return {
    ofFile: (sql: string): Rows => file.prepare(sql).all(),
    ofServer: (sql: string) => runSql(databaseUrl, sql),
  };
};

/** What nodes share, and a file has nobody to share with. */
const OF_NODES = `('nodes', 'login_gate', 'hits', 'open_streams')`;

const lines = (rows: Rows): string[] => rows.map((row) => Object.values(row).map(String).join(' ')).sort();

test('both databases have the same tables, columns and indexes', async () => {
  const { ofFile, ofServer } = await opened();
  const columnsOfFile = ofFile(`select tables.name, columns.name as column,
      case lower(columns.type) when 'blob' then 'bytea' when 'text' then 'text' else 'number' end as type,
      columns."notnull" or columns.pk as needed
    from sqlite_schema as tables, pragma_table_info(tables.name) as columns
    where tables.type = 'table' and tables.name not like 'kysely%'`);
  const columnsOfServer = await ofServer(`select table_name, column_name,
      case data_type when 'bytea' then 'bytea' when 'text' then 'text' else 'number' end as type,
      case is_nullable when 'NO' then 1 else 0 end as needed
    from information_schema.columns where table_schema = 'public' and table_name not like 'kysely%' and table_name not in ${OF_NODES}`);
  expect(lines(columnsOfServer)).toEqual(lines(columnsOfFile).map((line) => line.toLowerCase()));

  const indexesOfFile = ofFile(`select name from sqlite_schema where type = 'index' and sql is not null`);
  const indexesOfServer = await ofServer(
    `select indexname from pg_indexes where schemaname = 'public' and indexname not like '%\\_pkey'
      and indexname not like '%\\_key' and indexname not like 'kysely%' and tablename not in ${OF_NODES}
      and indexname not in ('instances_by_owner', 'instances_wanted')`,
  );
  expect(lines(indexesOfServer)).toEqual(lines(indexesOfFile));
});

test('what is ordered or looked up is so by its bytes, whatever language the database has', async () => {
  const { ofServer } = await opened();
  const others = await ofServer(`select table_name, column_name from information_schema.columns
    where table_schema = 'public' and data_type = 'text' and collation_name is distinct from 'C'
      and (column_name in ('id', 'name', 'type', 'family') or column_name like '%\\_id')`);
  expect(others).toEqual([]);
});

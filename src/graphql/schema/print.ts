import { readFileSync, writeFileSync } from 'node:fs';
import { printSchema } from 'graphql';
import { schema } from './schema.ts';

const FILE = new URL('../../../schema.graphql', import.meta.url);

/** The text of schema.graphql. */
export const printedSchema = (): string => `${printSchema(schema)}\n`;

/** Writes schema.graphql, or with `--check` only says whether it is stale. */
function main(): void {
  if (!process.argv.includes('--check')) return writeFileSync(FILE, printedSchema());
  if (readFileSync(FILE, 'utf8') === printedSchema()) return;
  process.stderr.write('schema.graphql is stale: npm run schema\n');
  process.exitCode = 1;
}

if (import.meta.main) main();

import { showTime, table, withAdmin } from './admin.ts';
import type { Command } from '../command.ts';

const create: Command = {
  name: 'account create',
  help: 'Makes a further account and prints its first token, once.',
  options: [{ name: 'label', value: 'text', help: 'What to know it by' }],
  positionals: [],
  run: ({ options }, io) =>
    withAdmin(
      io,
      async ({ storage, tokens }) => {
        const account = await storage.accounts.create({ label: options.get('label') ?? '' });
        const { text } = await tokens.issueAccountToken(account.id, { label: 'first' });
        io.say(`Account ${account.id}`);
        io.say(`Token   ${text}`);
      },
      { makesDatabase: true },
    ),
};

const list: Command = {
  name: 'account list',
  help: 'Lists the accounts.',
  options: [],
  positionals: [],
  run: (_args, io) =>
    withAdmin(io, async ({ storage }) => {
      const accounts = await storage.accounts.list();
      const rows = accounts.map(({ id, label, createdAt }) => [id, showTime(createdAt), label]);
      io.say(table(['ID', 'CREATED', 'LABEL'], rows));
    }),
};

export const accountCommands: readonly Command[] = [create, list];

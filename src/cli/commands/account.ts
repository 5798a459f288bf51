import { Command } from '@commander-js/extra-typings';
import type { CommandIo } from '../io.ts';
import { showTime, table } from '../output.ts';
import { withAdmin } from './admin.ts';

const create = (io: CommandIo) =>
  new Command('create')
    .description('Makes a further account and prints its first token, once.')
    .option('--label <text>', 'What to know it by')
    .action(({ label = '' }) =>
      withAdmin(
        io,
        async ({ storage, tokens }) => {
          const account = await storage.accounts.create({ label });
          const { text } = await tokens.issueAccountToken(account.id, { label: 'first' });
          io.say(`Account ${account.id}`);
          io.say(`Token   ${text}`);
        },
        { makesDatabase: true },
      ),
    );

const list = (io: CommandIo) =>
  new Command('list').description('Lists the accounts.').action(() =>
    withAdmin(io, async ({ storage }) => {
      const accounts = await storage.accounts.list();
      const rows = accounts.map(({ id, label, createdAt }) => [id, showTime(createdAt), label]);
      io.say(table(['ID', 'CREATED', 'LABEL'], rows));
    }),
  );

export const accountCommand = (io: CommandIo) =>
  new Command('account').description('The accounts of the data folder.').addCommand(create(io)).addCommand(list(io));

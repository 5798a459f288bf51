import { Command, InvalidArgumentError, Option } from '@commander-js/extra-typings';
import { TOKEN_SCOPES, type TokenScope } from '../../access/principal.ts';
import { systemClock } from '../../clock.ts';
import { OperatorError } from '../../errors.ts';
import { localId } from '../../graphql/global-id.ts';
import type { Storage } from '../../storage/storage.ts';
import type { CommandIo } from '../io.ts';
import { showTime, table } from '../output.ts';
import { chosenAccount, namedInstance, withAdmin } from './admin.ts';
import { accountOption, duration } from './options.ts';

const instanceOption = () => new Option('--instance <name>', 'A token for this instance alone, by its name or its id');
const SCOPE_NAMES = TOKEN_SCOPES.join(', ');

const instanceId = async (storage: Storage, accountId: string, wanted: string | undefined) =>
  wanted === undefined ? undefined : (await namedInstance(storage, accountId, wanted)).id;

/** Parses scopes in lower case, as `token list` prints them, or in upper case, as in GraphQL. */
const scopeList = (text: string): TokenScope[] => {
  const words = text.split(/[\s,]+/).filter((word) => word !== '');
  const wanted = new Set(words.map((word) => TOKEN_SCOPES.find((known) => known === word.toLowerCase())));
  const known = TOKEN_SCOPES.filter((scope) => wanted.has(scope));
  if (known.length > 0 && known.length === wanted.size) return known;
  throw new InvalidArgumentError(`It must be a comma-separated list of ${SCOPE_NAMES}`);
};

const create = (io: CommandIo) =>
  new Command('create')
    .description('Makes a token and prints it, once.')
    .addOption(accountOption())
    .addOption(instanceOption())
    .option(
      '--scopes <list>',
      `Of ${SCOPE_NAMES}; all for an account's token, all but admin for an instance's`,
      scopeList,
    )
    .option('--label <text>', 'What to know it by')
    .option('--expires <time>', 'After how long it ends, such as 12h or 30d; never if left out', duration)
    .action(({ scopes, label, expires, ...wanted }) =>
      withAdmin(io, async ({ storage, tokens }) => {
        const account = await chosenAccount(storage, wanted.account);
        const instance = await instanceId(storage, account.id, wanted.instance);
        const order = { scopes, label, expiresAt: expires === undefined ? undefined : systemClock.now() + expires };
        const issued =
          instance === undefined
            ? await tokens.issueAccountToken(account.id, order)
            : await tokens.issueInstanceToken(instance, order);
        io.say(issued.text);
      }),
    );

const list = (io: CommandIo) =>
  new Command('list')
    .description('Lists tokens. What is kept of them can not be used as one.')
    .addOption(accountOption())
    .addOption(instanceOption())
    .action((wanted) =>
      withAdmin(io, async ({ storage, tokens }) => {
        const account = await chosenAccount(storage, wanted.account);
        const only = await instanceId(storage, account.id, wanted.instance);
        const rows: string[][] = [];
        for (const token of await tokens.list(account.id, only)) {
          const instance = token.instanceId === undefined ? undefined : await storage.instances.get(token.instanceId);
          const ended = token.revokedAt === undefined ? showTime(token.expiresAt) : 'revoked';
          const times = [showTime(token.createdAt), showTime(token.lastUsedAt), ended];
          rows.push([token.id, instance?.name ?? '-', token.scopes.join(','), ...times, token.label]);
        }
        io.say(table(['ID', 'INSTANCE', 'SCOPES', 'CREATED', 'LAST USED', 'EXPIRES', 'LABEL'], rows));
      }),
    );

const rotate = (io: CommandIo) =>
  new Command('rotate')
    .description('Prints a new token like an old one, and ends the old one.')
    .argument('<id>')
    .addOption(accountOption())
    .option('--overlap <time>', 'For how long the old one still works, such as 1h; not at all if left out', duration)
    .action((id, { overlap: overlapMs = 0, ...wanted }) =>
      withAdmin(io, async ({ storage, tokens }) => {
        const account = await chosenAccount(storage, wanted.account);
        io.say((await tokens.rotate(account.id, localId('Token', id), { overlapMs })).text);
      }),
    );

const revoke = (io: CommandIo) =>
  new Command('revoke')
    .description('Ends a token, within a second also in a running service.')
    .argument('<id>')
    .addOption(accountOption())
    .action((id, wanted) =>
      withAdmin(io, async ({ storage, tokens }) => {
        const account = await chosenAccount(storage, wanted.account);
        const own = localId('Token', id);
        if (!(await tokens.revoke(account.id, own))) throw new OperatorError(`There is no working token ${own}`);
        io.say(`Token ${own} is revoked`);
      }),
    );

export const tokenCommand = (io: CommandIo) =>
  new Command('token')
    .description('The tokens of an account and of its instances.')
    .addCommand(create(io))
    .addCommand(list(io))
    .addCommand(rotate(io))
    .addCommand(revoke(io));

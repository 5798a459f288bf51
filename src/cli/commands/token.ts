import { TOKEN_SCOPES, type TokenScope } from '../../access/principal.ts';
import type { TokenOrder } from '../../access/tokens/token-service.ts';
import { systemClock } from '../../clock.ts';
import { OperatorError } from '../../errors.ts';
import { localId } from '../../graphql/global-id.ts';
import type { Storage } from '../../storage/storage.ts';
import { ACCOUNT_OPTION, chosenAccount, duration, namedInstance, showTime, table, withAdmin } from './admin.ts';
import type { Command, CommandArgs } from '../command.ts';
import { UsageError } from '../usage-error.ts';

const INSTANCE_OPTION = {
  name: 'instance',
  value: 'name',
  help: 'A token for this instance alone, by its name or its id',
} as const;
const SCOPE_NAMES = TOKEN_SCOPES.join(', ');

const instanceId = async (storage: Storage, accountId: string, wanted: string | undefined) =>
  wanted === undefined ? undefined : (await namedInstance(storage, accountId, wanted)).id;

/** As this command lists them, or as GraphQL writes them. */
const scopes = (text: string): TokenScope[] => {
  const words = text.split(/[\s,]+/).filter((word) => word !== '');
  const wanted = new Set(words.map((word) => TOKEN_SCOPES.find((known) => known === word.toLowerCase())));
  const known = TOKEN_SCOPES.filter((scope) => wanted.has(scope));
  if (known.length > 0 && known.length === wanted.size) return known;
  throw new UsageError(`--scopes must be a comma-separated list of ${SCOPE_NAMES}`);
};

const order = ({ options }: CommandArgs): TokenOrder => {
  const [wanted, expires] = [options.get('scopes'), options.get('expires')];
  return {
    scopes: wanted === undefined ? undefined : scopes(wanted),
    label: options.get('label'),
    expiresAt: expires === undefined ? undefined : systemClock.now() + duration('expires', expires),
  };
};

const create: Command = {
  name: 'token create',
  help: 'Makes a token and prints it, once.',
  options: [
    ACCOUNT_OPTION,
    INSTANCE_OPTION,
    {
      name: 'scopes',
      value: 'list',
      help: `Of ${SCOPE_NAMES}; all for an account's token, all but admin for an instance's`,
    },
    { name: 'label', value: 'text', help: 'What to know it by' },
    { name: 'expires', value: 'time', help: 'After how long it ends, such as 12h or 30d; never if left out' },
  ],
  positionals: [],
  run: (args, io) => {
    const wanted = order(args);
    return withAdmin(io, async ({ storage, tokens }) => {
      const account = await chosenAccount(storage, args.options.get('account'));
      const instance = await instanceId(storage, account.id, args.options.get('instance'));
      const issued =
        instance === undefined
          ? await tokens.issueAccountToken(account.id, wanted)
          : await tokens.issueInstanceToken(instance, wanted);
      io.say(issued.text);
    });
  },
};

const list: Command = {
  name: 'token list',
  help: 'Lists tokens. What is kept of them can not be used as one.',
  options: [ACCOUNT_OPTION, INSTANCE_OPTION],
  positionals: [],
  run: ({ options }, io) =>
    withAdmin(io, async ({ storage, tokens }) => {
      const account = await chosenAccount(storage, options.get('account'));
      const only = await instanceId(storage, account.id, options.get('instance'));
      const rows: string[][] = [];
      for (const token of await tokens.list(account.id, only)) {
        const instance = token.instanceId === undefined ? undefined : await storage.instances.get(token.instanceId);
        const ended = token.revokedAt === undefined ? showTime(token.expiresAt) : 'revoked';
        const times = [showTime(token.createdAt), showTime(token.lastUsedAt), ended];
        rows.push([token.id, instance?.name ?? '-', token.scopes.join(','), ...times, token.label]);
      }
      io.say(table(['ID', 'INSTANCE', 'SCOPES', 'CREATED', 'LAST USED', 'EXPIRES', 'LABEL'], rows));
    }),
};

const rotate: Command = {
  name: 'token rotate',
  help: 'Prints a new token like an old one, and ends the old one.',
  options: [
    ACCOUNT_OPTION,
    {
      name: 'overlap',
      value: 'time',
      help: 'For how long the old one still works, such as 1h; not at all if left out',
    },
  ],
  positionals: ['id'],
  run: ({ options, positionals: [id = ''] }, io) => {
    const overlapMs = duration('overlap', options.get('overlap') ?? '0s');
    return withAdmin(io, async ({ storage, tokens }) => {
      const account = await chosenAccount(storage, options.get('account'));
      io.say((await tokens.rotate(account.id, localId('Token', id), { overlapMs })).text);
    });
  },
};

const revoke: Command = {
  name: 'token revoke',
  help: 'Ends a token, within a second also in a running service.',
  options: [ACCOUNT_OPTION],
  positionals: ['id'],
  run: ({ options, positionals: [id = ''] }, io) =>
    withAdmin(io, async ({ storage, tokens }) => {
      const account = await chosenAccount(storage, options.get('account'));
      const own = localId('Token', id);
      if (!(await tokens.revoke(account.id, own))) throw new OperatorError(`There is no working token ${own}`);
      io.say(`Token ${own} is revoked`);
    }),
};

export const tokenCommands: readonly Command[] = [create, list, rotate, revoke];

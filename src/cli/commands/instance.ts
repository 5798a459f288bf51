import { Command } from '@commander-js/extra-typings';
import { OperatorError } from '../../errors.ts';
import { SealError } from '../../storage/errors.ts';
import type { InstanceRecord } from '../../storage/instances.ts';
import type { Storage } from '../../storage/storage.ts';
import type { CommandIo } from '../io.ts';
import { jsonLine, showTime, table } from '../output.ts';
import {
  createInstance,
  deleteInstance,
  listInstances,
  startInstance,
  stopInstance,
  unlinkInstance,
} from '../remote/instances.ts';
import { namesService, OVER_HTTP, remoteCommand } from '../remote/options.ts';
import { pairInstance } from '../remote/pair.ts';
import { chosenAccount, namedInstance, withAdmin } from './admin.ts';
import { accountOption } from './options.ts';

const PAGE = 500;

/** With the node that has it, where several may serve the database. */
type Placed = InstanceRecord & { readonly node?: string | null };

async function* instancesOf(storage: Storage, accountId: string): AsyncGenerator<Placed> {
  for (let afterName: string | undefined; ;) {
    const page = await storage.instances.list(accountId, { first: PAGE, afterName });
    const nodes = await storage.whereabouts?.nodesOf(page.map(({ id }) => id));
    yield* nodes ? page.map((one) => ({ ...one, node: nodes.get(one.id) ?? null })) : page;
    afterName = page.at(-1)?.name;
    if (page.length < PAGE) return;
  }
}

/** Whether the instance has credentials; `unreadable` when the key does not open them. */
const isLinked = async (storage: Storage, id: string): Promise<string> => {
  try {
    return (await storage.credentials.load(id)) === undefined ? 'no' : 'yes';
  } catch (error) {
    if (error instanceof SealError) return 'unreadable';
    throw error;
  }
};

interface StoredInstance {
  readonly id: string;
  readonly name: string;
  readonly wanted: string;
  readonly linked: string;
  /** In epoch milliseconds, as is when its earlier login is no longer kept. */
  readonly createdAt: number;
  readonly restorableUntil: number | undefined;
  /** Null where no node has it; undefined where there is but one process. */
  readonly node: string | null | undefined;
}

const storedTable = (all: readonly StoredInstance[], hasNodes: boolean): string =>
  table(
    ['ID', 'NAME', 'WANTED', 'LINKED', 'CREATED', 'RESTORABLE UNTIL', ...(hasNodes ? ['NODE'] : [])],
    all.map(({ id, name, wanted, linked, createdAt, restorableUntil, node }) => [
      id,
      name,
      wanted,
      linked,
      showTime(createdAt),
      showTime(restorableUntil),
      ...(hasNodes ? [node ?? '-'] : []),
    ]),
  );

const isoTime = (at: number | undefined): string | null => (at === undefined ? null : new Date(at).toISOString());

const storedLine = ({ createdAt, restorableUntil, ...instance }: StoredInstance): string =>
  jsonLine({ ...instance, createdAt: isoTime(createdAt), restorableUntil: isoTime(restorableUntil) });

const list = (io: CommandIo) =>
  remoteCommand('list')
    .description(
      `Lists the instances; without a token those that the data folder has.
With a token or --url, and no --account: over HTTP, each as it is now. NUMBER: of the account. WHY: why it is in that state. NODE: which has it, where there are several and the token has ADMIN.
Without: as they are stored, beside a service or without one, as a table unless --json is given. ID: what the log knows it by. RESTORABLE UNTIL: an earlier login is kept until then, see "privet instance restore --help". NODE: which has it, on Postgres; "-": none that lives, see "privet nodes".`,
    )
    .addOption(accountOption())
    .action(async (options) => {
      if (options.account === undefined && namesService(io, options)) return listInstances(io, options);
      return withAdmin(io, async ({ storage }) => {
        const account = await chosenAccount(storage, options.account);
        const all: StoredInstance[] = [];
        for await (const { id, name, wanted, createdAt, node } of instancesOf(storage, account.id)) {
          const archive = await storage.credentials.archived(id);
          const linked = await isLinked(storage, id);
          all.push({ id, name, wanted, linked, createdAt, restorableUntil: archive?.purgeAt, node });
        }
        if (options.json) for (const instance of all) io.say(storedLine(instance));
        else io.say(storedTable(all, storage.whereabouts !== undefined));
      });
    });

const restore = (io: CommandIo) =>
  new Command('restore')
    .description(
      `Brings back the login of an instance that was unlinked or logged out, for 30 days since.
Its id is taken in place of its name. Whether WhatsApp still takes the login, only a start shows. A service that runs may go on.`,
    )
    .argument('<name>')
    .addOption(accountOption())
    .action((wanted, options) =>
      withAdmin(io, async ({ storage }) => {
        const account = await chosenAccount(storage, options.account);
        const instance = await namedInstance(storage, account.id, wanted);
        const { name } = instance;
        // The end of a running pairing would overwrite the restored credentials.
        if (instance.wanted === 'running' && (await isLinked(storage, instance.id)) === 'no') {
          throw new OperatorError(
            `Instance "${name}" may be pairing now: stop it first, with "privet instance stop" or the mutation stopInstance`,
          );
        }
        if (!(await storage.credentials.restore(instance.id))) {
          throw new OperatorError(`Nothing is kept of an earlier login of instance "${name}"`);
        }
        io.say(
          `The login of instance "${name}" is back: start it, with "privet instance start" or the mutation startInstance`,
        );
      }),
    );

export const instanceCommand = (io: CommandIo) =>
  new Command('instance')
    .helpGroup(OVER_HTTP)
    .description('The instances of an account.')
    .addCommand(list(io))
    .addCommand(createInstance(io))
    .addCommand(pairInstance(io))
    .addCommand(startInstance(io))
    .addCommand(stopInstance(io))
    .addCommand(unlinkInstance(io))
    .addCommand(deleteInstance(io))
    .addCommand(restore(io));

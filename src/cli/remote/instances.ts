import { EXIT_CODES, ExitError } from '../exit-codes.ts';
import type { CommandIo } from '../io.ts';
import { jsonLine, visible } from '../output.ts';
import { UsageError } from '../usage-error.ts';
import type { Answered } from './client.ts';
import { interrupted } from './errors.ts';
import {
  CreateInstanceDocument,
  DeleteInstanceDocument,
  InstancesDocument,
  type InstancesQuery,
  type ShownInstanceFragment,
  StartInstanceDocument,
  StopInstanceDocument,
  type TypedDocumentString,
  UnlinkInstanceDocument,
} from './gql/graphql.ts';
import { type OutputOptions, remoteCommand, type TargetOptions } from './options.ts';
import { type Rows, Session } from './session.ts';
import { timeWord } from './words.ts';

const whyOf = ({ reason }: ShownInstanceFragment): string => {
  if (!reason) return '-';
  return reason.retryAt === null ? reason.message : `${reason.message} (again at ${timeWord(reason.retryAt)})`;
};

const instanceTable = (instances: readonly ShownInstanceFragment[]): Rows => ({
  head: ['NAME', 'STATE', 'SINCE', 'NUMBER', 'WHY'],
  rows: instances.map((instance) => {
    const { name, state, since, phoneNumber } = instance;
    return [name, state, timeWord(since), phoneNumber === null ? '-' : `+${phoneNumber}`, whyOf(instance)];
  }),
});

/** Of a list: with the node that has it, where the service tells. */
type Listed = ShownInstanceFragment & { readonly node?: string };

const listedTable = (instances: readonly Listed[]): Rows => {
  const { head, rows } = instanceTable(instances);
  if (instances.every(({ node }) => node === undefined)) return { head, rows };
  return { head: [...head, 'NODE'], rows: rows.map((row, at) => [...row, instances[at]?.node ?? '-']) };
};

/** Each page as it comes, so that what was listed is there when a later one fails. */
export const listInstances = async (io: CommandIo, options: TargetOptions & OutputOptions): Promise<void> => {
  const session = new Session(io, options);
  const all: Listed[] = [];
  for (let after: string | null = null; ;) {
    const page: Answered<InstancesQuery> = await session.client.call(InstancesDocument, { after });
    const { nodes, pageInfo } = page.instances;
    const listed = nodes.map(({ node, ...instance }): Listed => (node === null ? instance : { ...instance, node }));
    if (session.asJson) session.show(listed, listedTable);
    else all.push(...listed);
    if (!pageInfo.hasNextPage || pageInfo.endCursor === null) break;
    after = pageInfo.endCursor;
  }
  if (!session.asJson) session.show(all, listedTable);
};

export const createInstance = (io: CommandIo) =>
  remoteCommand('create')
    .description('Makes an instance and prints its token, once.\nIt takes an account’s token. Pair it next.')
    .argument('<name>', '1 to 64 letters, digits, ".", "_" or "-"')
    .action(async (name, options) => {
      const session = new Session(io, options);
      const { createInstance: made } = await session.client.call(CreateInstanceDocument, { name });
      if (session.asJson) io.say(jsonLine(made));
      else io.say(`Instance ${visible(made.instance.name)}\nToken    ${visible(made.token)}`);
    });

/** A command that changes one instance, and shows it as it is then. */
const change = <R>(
  io: CommandIo,
  [name, description]: readonly [string, string],
  document: TypedDocumentString<R, { instance: string }>,
  instanceIn: (data: Answered<R>) => ShownInstanceFragment,
) =>
  remoteCommand(name)
    .description(description)
    .argument('<instance>', 'Its name or its id')
    .action(async (instance, options) => {
      const session = new Session(io, options);
      session.show([instanceIn(await session.client.call(document, { instance }))], instanceTable);
    });

export const startInstance = (io: CommandIo) =>
  change(
    io,
    [
      'start',
      'Connects a linked instance, and keeps it connected.\nIt answers before it is: see "privet instance list".',
    ],
    StartInstanceDocument,
    (data) => data.startInstance,
  );

export const stopInstance = (io: CommandIo) =>
  change(
    io,
    ['stop', 'Disconnects an instance until it is started again.\nIt stays linked.'],
    StopInstanceDocument,
    (data) => data.stopInstance,
  );

export const unlinkInstance = (io: CommandIo) =>
  change(
    io,
    ['unlink', 'Logs an instance’s device out on WhatsApp.\nThe instance stays, and can be paired again.'],
    UnlinkInstanceDocument,
    (data) => data.unlinkInstance,
  );

/** @throws UsageError where nobody can be asked and nobody said yes before. */
const mayDelete = async (io: CommandIo, name: string): Promise<boolean> => {
  if (!io.ask) throw new UsageError('Without a terminal to ask at, --yes is needed');
  const answer = await io.ask(`"${name}" will be gone with its login and its tokens. Type its name to delete it: `);
  if (io.signal.aborted) throw interrupted('Nothing was deleted');
  return answer.trim() === name;
};

export const deleteInstance = (io: CommandIo) =>
  remoteCommand('delete')
    .description(
      'Deletes an instance with its login and its tokens, for good.\nIts device is logged out on WhatsApp where it is connected.',
    )
    .argument('<instance>', 'Its name or its id')
    .option('-y, --yes', 'Do not ask; needed where there is no terminal to ask at')
    .action(async (instance, { yes = false, ...options }) => {
      const session = new Session(io, options);
      if (!yes && !(await mayDelete(io, instance))) {
        throw new ExitError(EXIT_CODES.failed, 'That is not its name: nothing was deleted');
      }
      const { deleteInstance: deleted } = await session.client.call(DeleteInstanceDocument, { instance });
      session.show([deleted], (all) => ({ head: ['DELETED'], rows: all.map(({ name }) => [name]) }));
    });

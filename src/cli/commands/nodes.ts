import { Command } from '@commander-js/extra-typings';
import type { LeaseRow } from '../../storage/nodes/node-store.ts';
import { ownerNoted } from '../../storage/sqlite/owner.ts';
import type { CommandIo } from '../io.ts';
import { jsonLine, showTime, table, visible } from '../output.ts';
import { adminSettings, withAdmin } from './admin.ts';

/** What a node's row says of its lease. One whose lease has ended drains nothing any more. */
const leaseOf = ({ isLive, draining }: LeaseRow): 'live' | 'draining' | 'ended' =>
  isLive ? (draining ? 'draining' : 'live') : 'ended';

const unclaimedLine = (unclaimed: number): string => {
  if (unclaimed === 0) return 'Every instance that is to be connected has a node.';
  return unclaimed === 1
    ? '1 instance is to be connected, and no node has it.'
    : `${unclaimed} instances are to be connected, and no node has them.`;
};

/** What there is to know and to do, below the table. */
const adviceOnTakers = (all: readonly LeaseRow[], unclaimed: number): string[] => {
  if (all.some((node) => leaseOf(node) === 'live')) {
    if (unclaimed === 0) return [];
    return [
      'A node takes what nobody has within seconds: where this stays so, the logs of those that are live say why.',
    ];
  }
  if (all.some((node) => leaseOf(node) === 'draining')) return ['All nodes are about to end: start another one.'];
  return ['No node serves the database now: start one, with DATABASE_URL and PRIVET_ENCRYPTION_KEY as they are here.'];
};

const adviceOn = (all: readonly LeaseRow[], unclaimed: number): string[] => {
  const lines = [unclaimedLine(unclaimed), ...adviceOnTakers(all, unclaimed)];
  const ended = all.filter((node) => leaseOf(node) === 'ended').map(({ id }) => visible(id));
  if (ended.length > 0) {
    lines.push(
      `Ended without leaving: ${ended.join(', ')}. Such a node was killed, or does not reach the database: where it still runs, see its log. It is listed for ten minutes.`,
    );
  }
  return lines;
};

const folderLine = (dataDir: string): string => {
  const owner = ownerNoted(dataDir);
  const who = owner
    ? `owner.json names process ${owner.pid} on ${owner.host}, started at ${owner.startedAt}${owner.isGone ? ', which is gone' : ''}`
    : 'none does now';
  return `One process at a time serves the data folder ${dataDir}: ${who}. Several nodes need DATABASE_URL`;
};

export const nodesCommand = (io: CommandIo) =>
  new Command('nodes')
    .description(
      `Lists the nodes that serve the database.
LEASE: live, draining (it hands over what it has, and ends), or ended (it was killed, or does not reach the database). INSTANCES: how many it has, those that are stopped too.`,
    )
    .option('--json', 'As one line of JSON')
    .action(({ json = false }) =>
      withAdmin(io, async ({ storage }) => {
        const { dataDir } = adminSettings({ ...io, complain: () => {} });
        const { nodes: store, whereabouts } = storage;
        if (!store || !whereabouts) {
          io.say(json ? jsonLine({ nodes: [], owner: ownerNoted(dataDir) ?? null }) : folderLine(dataDir));
          return;
        }
        const [all, { byOwner }, unclaimed] = await Promise.all([
          store.nodes(),
          store.counts(),
          whereabouts.countUnclaimed(),
        ]);
        const has = ({ incarnation }: LeaseRow): number => byOwner.get(incarnation) ?? 0;
        if (json) {
          const nodes = all.map((node) => ({
            node: node.id,
            since: new Date(node.startedAt).toISOString(),
            lease: leaseOf(node),
            instances: has(node),
          }));
          io.say(jsonLine({ nodes, unclaimed }));
          return;
        }
        const rows = all.map((node) => [node.id, showTime(node.startedAt), leaseOf(node), String(has(node))]);
        io.say(table(['NODE', 'SINCE', 'LEASE', 'INSTANCES'], rows));
        for (const line of adviceOn(all, unclaimed)) io.say(line);
      }),
    );

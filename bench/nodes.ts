import { inParallel } from './deadline.ts';
import { measureLeases } from './node-leases.ts';
import { nameOf } from './fleet.ts';
import { openNodesWorld, type NodesWorld } from './node-processes.ts';
import type { PrivetClient } from './privet.ts';
import { percentile, rounded } from './stats.ts';

const INSTANCES = 30;
/** Calls before the first one that counts, of each way. */
const WARM_UP_CALLS = 300;
/** What a call through another node may take more, at p50. */
const MOST_MORE_MS = 3;
const UPDATE_NODES = [1, 2, 3];

export interface NodesOptions {
  readonly calls: number;
  readonly rounds: number;
  readonly seconds: number;
  readonly progress: (text: string) => void;
}

/** What the part may take, in milliseconds. */
export const nodesLimitMs = (calls: number, rounds: number, seconds: number): number =>
  240_000 + 2 * (calls + WARM_UP_CALLS) * 100 + UPDATE_NODES.length * (60_000 + rounds * seconds * 1_000);

/** What several nodes cost: a call that goes through another one, what keeping many instances takes, and what more nodes give. */
export async function measureNodes({ calls, rounds, seconds, progress }: NodesOptions) {
  const leases = await measureLeases(progress);
  await using world = await openNodesWorld(INSTANCES);
  const forwarded = await measureForwarded(world, calls, progress);
  const updatesPerSecond = [];
  for (const nodes of UPDATE_NODES) {
    progress(`nodes: updates through ${nodes}`);
    updatesPerSecond.push(await measureUpdates(world, nodes, rounds * seconds * 1_000));
  }
  return { forwarded, leases, updatesPerSecond };
}

const READ = 'query ($name: String!) { privacy(instance: $name) { visibility { lastSeen } } }';

/** The same read through the node that has the instance, and through another one: by turns, so that drift hits both. */
async function measureForwarded(world: NodesWorld, calls: number, progress: (text: string) => void) {
  await using nodes = await world.start(2);
  const taken = { owner: [] as number[], other: [] as number[] };
  const names = [...nodes.owners.keys()];
  for (let call = -WARM_UP_CALLS; call < calls; call += 1) {
    const name = names.at(call % names.length) ?? '';
    const at = nodes.owners.get(name) ?? 0;
    const ways = [
      { way: 'owner', client: nodes.clients[at] },
      { way: 'other', client: nodes.clients[1 - at] },
    ] as const;
    // Each begins as often as the other.
    for (const { way, client } of call % 4 < 2 ? ways : ways.toReversed()) {
      const start = performance.now();
      await client?.graphql(READ, { name });
      if (call >= 0) taken[way].push(performance.now() - start);
    }
    if (call >= 0 && (call + 1) % 250 === 0) progress(`nodes: ${call + 1} of ${calls} calls each`);
  }
  const [owner, other] = [figures(taken.owner), figures(taken.other)];
  const more = { p50: rounded(other.p50 - owner.p50, 2), p99: rounded(other.p99 - owner.p99, 2) };
  return {
    calls,
    throughOwnerMs: owner,
    throughOtherMs: other,
    moreMs: more,
    goals: { moreWithin: { ms: MOST_MORE_MS, met: more.p50 <= MOST_MORE_MS } },
  };
}

const figures = (samples: readonly number[]) => ({
  p50: rounded(percentile(samples, 0.5), 2),
  p99: rounded(percentile(samples, 0.99), 2),
});

const UPDATE = `mutation ($name: String!, $value: LastSeenPrivacy!) {
  updatePrivacy(instance: $name, input: { visibility: { lastSeen: $value } }) { failures { code } }
}`;

/** Every instance is updated all the time, each call through the next node, as behind a load balancer. */
async function measureUpdates(world: NodesWorld, count: number, ms: number) {
  await using nodes = await world.start(count);
  const turns = { calls: 0 };
  const next = (): PrivetClient | undefined => nodes.clients[(turns.calls += 1) % nodes.clients.length];
  const run = async (forMs: number): Promise<number> => {
    const end = performance.now() + forMs;
    let done = 0;
    await inParallel(
      INSTANCES,
      INSTANCES,
      () => true,
      async (index) => {
        for (let turn = index; performance.now() < end; turn += 1) {
          const value = turn % 2 === 0 ? 'NONE' : 'ALL';
          const data = await next()?.graphql(UPDATE, { name: nameOf(index), value });
          if (JSON.stringify(data).includes('code')) throw new Error(`Not applied: ${JSON.stringify(data)}`);
          done += 1;
        }
      },
    );
    return done;
  };
  await run(ms / 3);
  const done = await run(ms);
  const owned = nodes.clients.map((_, at) => [...nodes.owners.values()].filter((owner) => owner === at).length);
  return { nodes: count, instancesOfEach: owned, perSecond: rounded(done / (ms / 1_000), 0) };
}

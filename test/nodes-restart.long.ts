import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { nodeOf, seconds, startWorld } from './support/nodes/world.ts';

/** `ROUNDS=10` runs it as often as it was run by hand. */
const ROUNDS = Number(process.env['ROUNDS'] ?? 1);
const PATIENCE_MS = 30_000;
const A_ROUND_MS = 60_000;
/** Longer than a restart takes. */
const CALM_SECONDS = 30;
const SPREAD_MS = 60_000;
/** What is on its way comes, and what nodes count of each other is shown. */
const SETTLE_MS = 5_000;

test(
  'three nodes are started again one by one while calls go on: none fails, each instance logs in once a restart of its node, and after a while each node has its share',
  { timeout: 60_000 + CALM_SECONDS * 1_000 + SPREAD_MS + ROUNDS * 3 * A_ROUND_MS },
  async () => {
    const world = await startWorld({ env: () => ({ PRIVET_REBALANCE_SECONDS: String(CALM_SECONDS) }) });
    const names = world.members.map(({ name }) => name);
    for (let round = 1; round <= ROUNDS; round += 1) {
      const [answered, from] = [world.prober.answered, performance.now()];
      for (const node of ['node-a', 'node-b', 'node-c']) {
        const moving = await world.namesOf(node);
        const before = new Map(names.map((name) => [name, world.loginsOf(name)]));
        expect(await nodeOf(world, node).service.kill('SIGTERM')).toBe(0);
        await world.start(node);
        await world.allBack(names, PATIENCE_MS);
        // What would still be moved by itself would be by now.
        await delay(1_000);
        const often = new Map(names.map((name) => [name, world.loginsOf(name) - (before.get(name) ?? 0)]));
        expect(Object.fromEntries(often)).toEqual(
          Object.fromEntries(names.map((name) => [name, moving.includes(name) ? 1 : 0])),
        );
      }
      const silence = Math.max(...world.prober.silences(from).values());
      const shares = Map.groupBy((await world.owners()).values(), (owner) => owner);
      process.stdout.write(
        `round ${round}: longest silence ${seconds(silence)} s, ${world.prober.failures.length} failed of ${
          world.prober.answered - answered
        }, then ${[...shares].map(([node, all]) => `${node} has ${all.length}`).join(', ')}\n`,
      );
      expect(world.prober.failures).toEqual([]);
    }
    // The one that was started last has next to nothing until nobody has come or gone for a while.
    const [unspread, logins, from] = [await world.owners(), world.logins(), performance.now()];
    const shares = async (): Promise<number[]> => {
      const owners = Map.groupBy((await world.owners()).values(), (owner) => owner);
      return [...owners.values()].map(({ length }) => length).toSorted((a, b) => a - b);
    };
    const [least, most] = [names.length / 3 - 3, names.length / 3 + 3];
    const areEven = async () => (await shares()).every((share) => share >= least && share <= most);
    await expect.poll(areEven, { timeout: CALM_SECONDS * 1_000 + SPREAD_MS, interval: 500 }).toBe(true);
    await world.allBack(names, PATIENCE_MS);
    await delay(SETTLE_MS);
    const spread = await world.owners();
    const moved = names.filter((name) => spread.get(name) !== unspread.get(name));
    expect(world.logins() - logins).toBe(moved.length);
    const silence = Math.max(...world.prober.silences(from).values());
    process.stdout.write(
      `spread anew: ${moved.length} moved, then ${(await shares()).join(', ')}; longest silence ${seconds(silence)} s\n`,
    );
    expect(world.prober.failures).toEqual([]);
    for (const { service } of world.nodes) expect(service.stderr()).not.toMatch(/"state":"(PAIRING|UNPAIRED)"/);
    expect(await world.history.staleWrites()).toBe(0);
    expect(await world.history.epochsBack()).toBe(0);
  },
);

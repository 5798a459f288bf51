import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { median, nodeOf, seconds, startWorld, type World } from './support/nodes/world.ts';

/** Before a fault, all is quiet and every node steady. */
const QUIET_MS = 7_000;
/** How long everybody may need to be back, where the bound itself is not the measure: machines are slow at times. */
const PATIENCE_MS = 30_000;
/** The bounds are those of a machine with two processors for all of it; a busy one takes up to twice as long. */
const SLACK = 2;

/** What people read who want to know what a fault looks like; the README has the figures of a quiet machine. */
const tell = (what: string, figures: Record<string, string | number>): void => {
  const text = Object.entries(figures)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
  process.stdout.write(`${what}: ${text}\n`);
};

const longest = (world: World, names: readonly string[], from: number): { median: number; most: number } => {
  const all = world.prober.silences(from);
  const times = names.map((name) => all.get(name) ?? Number.NaN);
  return { median: median(times), most: Math.max(...times) };
};

const failuresSince = (world: World, from: number): string[] =>
  world.prober.failures.filter(({ at }) => at >= from).map(({ what }) => what);

/** What holds whatever happens. */
const expectSound = async (world: World): Promise<void> => {
  expect(await world.history.staleWrites()).toBe(0);
  expect(await world.history.epochsBack()).toBe(0);
  for (const { service } of world.nodes) expect(service.stdout()).not.toContain('unhandled');
};

const replacedSeen = (world: World, except: string): number =>
  world.nodes
    .filter(({ name }) => name !== except)
    .reduce((sum, { service }) => sum + (service.stdout().match(/"state":"REPLACED"/g)?.length ?? 0), 0);

describe('three nodes with ninety instances', () => {
  test('a node that is killed: its instances are back elsewhere', async () => {
    const world = await startWorld();
    await delay(QUIET_MS);
    const victim = nodeOf(world, 'node-b');
    const names = await world.namesOf('node-b');
    expect(names.length).toBeGreaterThan(20);
    const [from, answered] = [performance.now(), world.prober.answered];
    await victim.service.kill('SIGKILL');
    const times = await world.allBack(names, PATIENCE_MS);
    const silence = longest(world, names, from);
    tell('killed', {
      instances: names.length,
      'back (median / most)': `${seconds(median(times))} / ${seconds(Math.max(...times))} s`,
      'silence (median / most)': `${seconds(silence.median)} / ${seconds(silence.most)} s`,
      failed: `${failuresSince(world, from).length} of ${world.prober.answered - answered}`,
    });
    expect(median(times)).toBeLessThan(7_000 * SLACK);
    expect(Math.max(...times)).toBeLessThan(10_000 * SLACK);
    expect([...(await world.owners()).values()]).not.toContain('node-b');
    await expectSound(world);
  });

  test('a node that is told to end hands its instances over: no call fails', async () => {
    const world = await startWorld();
    await delay(QUIET_MS);
    const victim = nodeOf(world, 'node-b');
    const names = await world.namesOf('node-b');
    const before = new Map(names.map((name) => [name, world.loginsOf(name)]));
    const [from, answered] = [performance.now(), world.prober.answered];
    expect(await victim.service.kill('SIGTERM')).toBe(0);
    const tookMs = performance.now() - from;
    await world.allBack(names, PATIENCE_MS);
    const silence = longest(world, names, from);
    tell('told to end', {
      instances: names.length,
      took: `${seconds(tookMs)} s`,
      'silence (median / most)': `${seconds(silence.median)} / ${seconds(silence.most)} s`,
      failed: `${failuresSince(world, from).length} of ${world.prober.answered - answered}`,
    });
    expect(failuresSince(world, from)).toEqual([]);
    expect(silence.most).toBeLessThan(2_000 * SLACK);
    for (const name of names) expect(world.loginsOf(name) - (before.get(name) ?? 0), name).toBe(1);
    expect(replacedSeen(world, '')).toBe(0);
    await expectSound(world);
  });

  test('a node that stands still for 14 s writes nothing when it goes on, and takes no link from the new owners', async () => {
    const world = await startWorld();
    await delay(QUIET_MS);
    const victim = nodeOf(world, 'node-b');
    const names = await world.namesOf('node-b');
    const from = performance.now();
    process.kill(victim.service.pid, 'SIGSTOP');
    const times = await world.allBack(names, 14_000);
    await delay(Math.max(0, from + 14_000 - performance.now()));
    const logins = names.map((name) => world.loginsOf(name));
    process.kill(victim.service.pid, 'SIGCONT');
    await delay(QUIET_MS);
    const silence = longest(world, names, from);
    tell('stood still for 14 s', {
      instances: names.length,
      'back (median / most)': `${seconds(median(times))} / ${seconds(Math.max(...times))} s`,
      'silence (median / most)': `${seconds(silence.median)} / ${seconds(silence.most)} s`,
      'stale writes': await world.history.staleWrites(),
      'links lost at the new owners': replacedSeen(world, 'node-b'),
    });
    expect(names.map((name) => world.loginsOf(name))).toEqual(logins);
    expect(replacedSeen(world, 'node-b')).toBe(0);
    await expectSound(world);
  });

  test('a node that is cut off from the database lets go, and others take what it had', async () => {
    const world = await startWorld();
    await delay(QUIET_MS);
    const victim = nodeOf(world, 'node-b');
    const names = await world.namesOf('node-b');
    const from = performance.now();
    victim.database.blackHole(true);
    let notReadyMs: number | undefined;
    let takenMs: number | undefined;
    const watch = (async () => {
      for (; notReadyMs === undefined || takenMs === undefined; await delay(50)) {
        if (performance.now() - from > PATIENCE_MS) return;
        if (notReadyMs === undefined) {
          const { ok } = await fetch(`${victim.service.url}/health/ready`, {
            signal: AbortSignal.timeout(6_000),
          }).catch(() => ({ ok: true }));
          if (!ok) notReadyMs = performance.now() - from;
        }
        const owners = await world.owners();
        if (takenMs === undefined && names.some((name) => owners.get(name) !== 'node-b')) {
          takenMs = performance.now() - from;
        }
      }
    })();
    const times = await world.allBack(names, PATIENCE_MS);
    await watch;
    const silence = longest(world, names, from);
    tell('cut off from the database', {
      instances: names.length,
      'let go after': `${seconds(notReadyMs ?? Number.NaN)} s`,
      'first taken after': `${seconds(takenMs ?? Number.NaN)} s`,
      'back (median / most)': `${seconds(median(times))} / ${seconds(Math.max(...times))} s`,
      'silence (median / most)': `${seconds(silence.median)} / ${seconds(silence.most)} s`,
    });
    expect(notReadyMs).toBeLessThan(5_000 * SLACK);
    expect(takenMs).toBeGreaterThan(Math.min(notReadyMs ?? 0, 5_000));
    victim.database.blackHole(false);
    victim.database.cut();
    await delay(QUIET_MS);
    expect(replacedSeen(world, 'node-b')).toBe(0);
    await expectSound(world);
  });

  test('the database is down for 12 s: every instance stays where it is, and none logs in again', async () => {
    const world = await startWorld();
    await delay(QUIET_MS);
    const [owners, logins, from] = [await world.owners(), world.logins(), performance.now()];
    await world.postgres.kill();
    await delay(12_000);
    await world.postgres.start();
    const names = [...owners.keys()];
    const times = await world.allBack(names, PATIENCE_MS);
    // Long enough for whoever renews first to have taken the others for dead.
    await delay(QUIET_MS);
    const silence = longest(world, names, from);
    tell('database down for 12 s', {
      logins: world.logins() - logins,
      'back after it (median / most)': `${seconds(median(times))} / ${seconds(Math.max(...times))} s`,
      'silence (median / most)': `${seconds(silence.median)} / ${seconds(silence.most)} s`,
    });
    expect(world.logins() - logins).toBe(0);
    expect(await world.owners()).toEqual(owners);
    await expectSound(world);
  });

  test('the database is started again at once: no call fails', async () => {
    const world = await startWorld();
    await delay(QUIET_MS);
    const [owners, logins] = [await world.owners(), world.logins()];
    const [from, answered] = [performance.now(), world.prober.answered];
    await world.postgres.kill();
    await world.postgres.start();
    const downMs = performance.now() - from;
    await delay(QUIET_MS);
    const silence = longest(world, [...owners.keys()], from);
    tell('database started again', {
      'was away': `${seconds(downMs)} s`,
      'silence (median / most)': `${seconds(silence.median)} / ${seconds(silence.most)} s`,
      failed: `${failuresSince(world, from).length} of ${world.prober.answered - answered}`,
    });
    expect(failuresSince(world, from)).toEqual([]);
    expect(world.logins() - logins).toBe(0);
    expect(await world.owners()).toEqual(owners);
    await expectSound(world);
  });
});

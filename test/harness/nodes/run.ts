import { DEFAULT_PRIVACY } from '../../../simulator/privacy.ts';
import { createRepositories, transact } from '../../../src/storage/repositories.ts';
import { databasePath } from '../../../src/storage/sqlite/database.ts';
import { openFolder } from '../../../src/storage/sqlite/open.ts';
import type { Storage } from '../../../src/storage/storage.ts';
import { drain, VirtualClock } from '../../support/virtual-clock.ts';
import { WhatsApp } from '../model/whatsapp.ts';
import { Random } from '../random.ts';
import { inFolder } from '../run-folder.ts';
import type { Violation } from '../trace.ts';
import { checkTaken, Epochs, NodesTrace } from './checks.ts';
import { finish } from './finale.ts';
import { type ClaimCondition, ModelNodes } from './model-nodes.ts';
import { OwnerRows } from './owner-rows.ts';
import { PeerNetwork } from './peer-network.ts';
import { type NodesPlan, planNodes, PLACES } from './plan.ts';
import { perform, start } from './steps.ts';
import type { World } from './world.ts';

export interface NodesResult {
  readonly seed: number;
  readonly violations: readonly Violation[];
  readonly history: readonly string[];
  readonly calls: number;
  readonly answered: number;
  readonly stanzas: number;
  readonly links: number;
  readonly taken: number;
  readonly virtualMs: number;
}

export const runNodesSeed = (seed: number, without?: readonly ClaimCondition[]): Promise<NodesResult> =>
  runNodes(planNodes(seed), without);

/** One whole run: the same plan gives the same events in the same order. */
export async function runNodes(plan: NodesPlan, without?: readonly ClaimCondition[]): Promise<NodesResult> {
  const clock = new VirtualClock();
  const trace = new NodesTrace(clock);
  return inFolder('privet-nodes-', trace, async (folder) => {
    const database = await openFolder({
      dataDir: folder,
      masterKey: undefined,
      clock,
      warn: () => {},
      onDamage: undefined,
    });
    await using _ = database;
    using owners = new OwnerRows(databasePath(folder));
    const { db, keyring } = database;
    const over = (tx: typeof db) => createRepositories(tx, keyring.sealer, clock);
    const storage: Storage = {
      ...over(db),
      transaction: (work) => transact(db, over, work),
      tokenKey: keyring.tokenKey,
      shared: undefined,
      isBusy: false,
      probe: () => database.probe(),
      ping: () => database.ping(),
      inTurn: (work) => work(),
      giveUp: () => {},
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
    const random = new Random(plan.seed ^ 0x5eed);
    const whatsApp = new WhatsApp(clock, random.fork(), trace);
    let taken = 0;
    const world: World = {
      clock,
      trace,
      calmMs: plan.calmMs,
      random,
      whatsApp,
      storage,
      nodes: new ModelNodes({
        without,
        db,
        clock,
        onTaken(event) {
          taken += 1;
          checkTaken(world, event);
        },
      }),
      owners,
      network: new PeerNetwork(clock),
      places: PLACES.map((n) => ({
        n,
        offsetMs: plan.offsetsMs[n] ?? 0,
        process: undefined,
        way: 'open',
        slowMs: 0,
        hasWhatsApp: true,
      })),
      slots: new Map(),
      epochs: new Epochs(),
      lives: 0,
      isCalm: false,
    };
    clock.after(plan.linkedAtMs, () => void link(world, plan));
    for (const place of world.places) clock.after(plan.startsMs[place.n] ?? 0, () => void start(world, place));
    for (const step of plan.steps) {
      await clock.advance(Math.max(0, step.at - clock.monotonic()));
      world.epochs.check(world);
      perform(world, step);
      await drain();
    }
    await finish(world);
    world.epochs.check(world);
    for (const place of world.places) place.process?.kill();
    await drain();
    return {
      seed: plan.seed,
      violations: trace.violations,
      history: trace.history(),
      calls: trace.calls.length,
      answered: trace.calls.filter(({ error, endSeq }) => endSeq !== undefined && error === undefined).length,
      stanzas: trace.requests.length,
      links: trace.links.length,
      taken,
      virtualMs: clock.monotonic(),
    };
  });
}

/** Instances that were linked and left running by a service before. */
async function link({ storage, whatsApp, random, slots }: World, plan: NodesPlan): Promise<void> {
  const { id: accountId } = await storage.accounts.create({ label: 'harness' });
  for (const [index, name] of plan.slots.entries()) {
    const phoneNumber = `49170000000${index}`;
    const privacy = Object.entries(DEFAULT_PRIVACY);
    const account = whatsApp.createAccount({ slot: name, phoneNumber, lid: undefined, privacy, echoes: false });
    account.latencyMs = plan.latencyMs;
    const device = account.newDevice(random);
    device.linked = true;
    const stored = JSON.stringify({ phoneNumber, device: device.id, secret: device.secret, keys: 0 });
    const { id } = await storage.instances.insert({ accountId, name, wanted: 'stopped', state: 'OPEN' });
    slots.set(name, { name, id, accountId, stored, savedAt: 0, isWanted: true });
    await storage.credentials.save(id, stored);
    await storage.instances.update(id, { wanted: 'running' });
  }
}

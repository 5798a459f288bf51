import { pino } from 'pino';
import type { Link, LinkOptions } from '../../src/wire/link.ts';
import { Fleet } from '../../src/fleet/fleet.ts';
import type { SessionEvents } from '../../src/telemetry/events.ts';
import { endWithProcess, isStoredIn, newLink } from './begun.ts';
import { countOutdated, OutdatedTrace } from './checks/gate.ts';
import { checkOpening } from './checks/opening.ts';
import { FakeLink } from './fake-link.ts';
import { FaultyStorage } from './faulty-storage.ts';
import type { Credentials } from './model/frames.ts';
import { ServiceClock } from './service-clock.ts';
import { storeControl } from './store-control.ts';
import { callContext } from './trace.ts';
import { checkObserved } from './checks/observed.ts';
import { watchSlots, type Watchers } from './watchers.ts';
import { slotById, type World } from './world.ts';

/** One life of the service, from its start to its end or crash. */
export interface Incarnation {
  readonly n: number;
  readonly fleet: Fleet;
  readonly clock: ServiceClock;
  readonly watchers: Watchers;
  readonly outdated: OutdatedTrace;
  /** Whether a call of the storage was ever held up: then links are not opened in step. */
  wasHeldUp: boolean;
  /** As a power cut. */
  kill(): void;
  /** In order: calls that run end first, for a while. */
  end(): Promise<void>;
}

/** How long a service that ends lets the calls that run come to their end. */
const GRACE_MS = 9_000;

const log = pino({ level: 'silent' });
/** Nobody counts here, whatever there is to count. But what is sent once an update is judged is no longer its own. */
const telemetry = new Proxy({} as SessionEvents, {
  get: (_, event) => () => {
    const call = callContext.getStore();
    if ((event === 'updateFinished' || event === 'listFinished') && call) call.judged = true;
  },
});

const never = <T>(): Promise<T> => new Promise<T>(() => {});
/** What a process gets that died in this very moment: its code still runs up to its next wait. */
const NO_LINK: Link = {
  request: never,
  requestPairingCode: never,
  end: () => {},
  jid: undefined,
  lid: undefined,
  phase: 'hello',
  reached: () => {},
  ended: never(),
};

/** Loads the service from what is stored; its sessions do not run yet. Rejects where the storage fails. */
export async function loadService(world: World): Promise<Incarnation> {
  world.incarnations += 1;
  const n = world.incarnations;
  const { trace, random } = world;
  const clock = new ServiceClock(world.clock);
  const store = new FaultyStorage(
    world.storage,
    storeControl(world, clock, () => incarnation),
  );
  const linkRandom = random.fork();
  let isKilled = false;
  const openLink = (options: LinkOptions, instanceId: string): Link => {
    if (isKilled) return NO_LINK;
    const slot = slotById(world, instanceId);
    if (!slot) throw new Error('A link for an instance that nobody knows');
    const openedAt = clock.monotonic();
    const { credentials } = options;
    const link = newLink(trace, { slot: slot.name, incarnation: n, credentials, openedAt });
    trace.note(slot.name, `link ${link.n} opens${credentials === undefined ? ' to pair' : ''}`);
    checkOpening(world, incarnation, slot, link);
    trace.links.push(link);
    const isStored = (sent: Credentials): boolean => isStoredIn(slot.stored, sent);
    const { whatsApp } = world;
    const fake = new FakeLink({ options, whatsApp, trace: link, random: linkRandom.fork(), log: trace, isStored });
    void fake.ended.then(() => countOutdated(world, incarnation, slot, link));
    return fake;
  };
  const fleet = new Fleet({
    clock,
    log,
    telemetry,
    storage: store.storage,
    owner: { incarnation: `service ${n}`, held: true },
    openLink,
    random: () => linkRandom.next(),
  });
  const incarnation: Incarnation = {
    n,
    fleet,
    clock,
    watchers: watchSlots(world, fleet, n),
    outdated: new OutdatedTrace(),
    wasHeldUp: false,
    kill() {
      isKilled = true;
      store.kill();
      clock.kill();
      endWithProcess(trace, n, clock.monotonic());
      world.whatsApp.processDied(n);
      incarnation.watchers.abandon();
    },
    async end() {
      const waited = new AbortController();
      const running = trace.calls.filter((call) => call.incarnation === n).map(({ done }) => done);
      await Promise.race([Promise.all(running), clock.sleep(GRACE_MS, waited.signal).catch(() => undefined)]);
      waited.abort();
      await fleet[Symbol.asyncDispose]();
      incarnation.watchers.close();
    },
  };
  await fleet.load();
  for (const slot of world.slots.values()) {
    slot.bornAt = clock.monotonic();
    const found = await fleet.directory.find({ accountId: slot.accountId }, slot.name);
    slot.id = found?.id;
    // Before it asks WhatsApp for anything.
    const last = found && (await fleet.directory.lastObserved(found).catch(() => undefined));
    checkObserved(world, slot, last?.snapshot);
    if (found) incarnation.watchers.open(slot);
  }
  return incarnation;
}

import { type Logger, pino } from 'pino';
import { EqualTimers } from '../../../src/clock.ts';
import { CALL_MS } from '../../../src/call.ts';
import { Fleet } from '../../../src/fleet/fleet.ts';
import { ServedCalls } from '../../../src/fleet/spread/served.ts';
import { SpreadFleet } from '../../../src/fleet/spread/spread-fleet.ts';
import { Claims } from '../../../src/nodes/claims.ts';
import { Draining } from '../../../src/nodes/draining.ts';
import { Lease } from '../../../src/nodes/lease.ts';
import type { HandOversOptions } from '../../../src/nodes/hand-overs.ts';
import { Rebalancing } from '../../../src/nodes/rebalancing.ts';
import { Receiving } from '../../../src/nodes/receiving.ts';
import type { Residents } from '../../../src/nodes/residents.ts';
import type { NodeStore } from '../../../src/storage/nodes/node-store.ts';
import { NO_NODE_EVENTS } from '../../../src/telemetry/node-events.ts';
import type { SessionEvents } from '../../../src/telemetry/events.ts';
import type { Link, LinkOptions } from '../../../src/wire/link.ts';
import { endWithProcess, isStoredIn, newLink } from '../begun.ts';
import { FakeLink } from '../fake-link.ts';
import type { Credentials } from '../model/frames.ts';
import { checkAsks, checkOpening, checkWrite, checkWriting } from './checks.ts';
import { NodeClock } from './node-clock.ts';
import { NodeDatabase } from './node-database.ts';
import { type Place, slotOf, type World } from './world.ts';

const log = pino({ level: 'silent' });
/** Nobody counts here. */
const telemetry = new Proxy({} as SessionEvents, { get: () => () => undefined });

const REFUSED_MS = 20;
/** What a drain may take; the rest is left to the others. */
const DRAIN_MS = 20_000;
const LOGIN_RATE = 20;

/** One run of the service at a place: put together as `src/app.ts` does, from the lease to the calls. */
export class NodeProcess {
  readonly n: number;
  readonly place: Place;
  readonly name: string;
  readonly incarnation: string;
  readonly clock: NodeClock;
  readonly database: NodeDatabase;
  readonly lease: Lease;
  readonly claims: Claims;
  readonly fleet: Fleet;
  readonly timers: EqualTimers;
  readonly #world: World;
  readonly #underWay = new Set<string>();
  #rebalancing: Rebalancing | undefined;
  /** What its edges ask. */
  readonly calls: SpreadFleet;
  isDead = false;
  isDraining = false;

  constructor(world: World, place: Place) {
    world.lives += 1;
    this.#world = world;
    this.n = world.lives;
    this.place = place;
    this.name = `node ${place.n}`;
    this.incarnation = `run ${this.n} of ${this.name}`;
    const clock = new NodeClock(world.clock, place.offsetMs);
    this.clock = clock;
    this.timers = new EqualTimers(clock, CALL_MS);
    this.database = new NodeDatabase({
      root: world.clock,
      clock,
      random: world.random.fork(),
      storage: world.storage,
      nodes: world.nodes,
      onSend: (method, args) => checkWriting(world, this, method, args),
      onCall: (method, args) => checkWrite(world, this, method, args),
    });
    this.database.way = place.way;
    this.database.slowMs = place.slowMs;
    const { storage, nodes: store } = this.database;
    const { incarnation } = this;
    this.lease = new Lease({
      store,
      clock,
      log,
      incarnation,
      url: `http://${place.n}`,
      confirm: () => this.claims.dropLost(),
      onReplaced: () => this.kill(),
    });
    const membership = this.lease;
    this.claims = new Claims({ store, clock, log, membership });
    const random = world.random.fork();
    this.fleet = new Fleet({
      clock,
      log,
      telemetry,
      storage,
      owner: membership,
      node: { membership, claimNow: (id) => this.claims.claimNow(id) },
      openLink: (options, id) => this.#openLink(options, id),
      random: () => random.next(),
    });
    const { residents } = this.fleet;
    const slots = { reserve: () => Promise.resolve({ [Symbol.dispose]: () => undefined }) };
    const receiving = new Receiving({ clock, membership, residents, slots, share: this.claims });
    const served = new ServedCalls(this.fleet, clock);
    this.calls = new SpreadFleet({
      near: this.fleet,
      clock,
      membership,
      store,
      peers: world.network.peersOf(place.n, clock),
      claim: (id) => this.claims.claimNow(id),
    });
    world.network.listen(incarnation, {
      place: place.n,
      clock,
      handler: {
        ask: (method, body, call) => receiving.ask(method, body, call) ?? served.ask(method, body, call),
        stream: (method, body, signal) => served.stream(method, body, signal),
      },
    });
  }

  async start(): Promise<void> {
    await this.lease.join(this.name, true);
    await this.fleet.load();
    this.claims.watch(this.fleet.residents);
    this.fleet.resume();
    this.claims.start();
    const { claims } = this;
    const { calmMs } = this.#world;
    this.#rebalancing = new Rebalancing({ ...this.#handing(), claims, calmMs, loginRate: LOGIN_RATE });
  }

  /** In order: all it has goes to the others first. */
  async drain(): Promise<void> {
    this.isDraining = true;
    await new Draining({ ...this.#handing(), mostMs: DRAIN_MS }).run();
    await this.#rebalancing?.[Symbol.asyncDispose]();
    await this.claims.stop();
    this.calls[Symbol.dispose]();
    await this.fleet[Symbol.asyncDispose]();
    await this.lease.leave().catch(() => undefined);
  }

  /** As a power cut. */
  kill(): void {
    if (this.isDead) return;
    this.isDead = true;
    const { trace, whatsApp, network, clock } = this.#world;
    this.clock.die();
    this.database.die();
    network.close(this.incarnation);
    endWithProcess(trace, this.n, clock.monotonic());
    whatsApp.processDied(this.n);
  }

  #handing(): HandOversOptions & { store: NodeStore; residents: Residents; log: Logger } {
    const { clock, lease: membership, fleet, database } = this;
    const peers = this.#world.network.peersOf(this.place.n, clock);
    const { residents } = fleet;
    const underWay = this.#underWay;
    return { clock, log, membership, residents, peers, store: database.nodes, events: NO_NODE_EVENTS, underWay };
  }

  #openLink(options: LinkOptions, instanceId: string): Link {
    const { trace, whatsApp, owners, random } = this.#world;
    const slot = slotOf(this.#world, instanceId);
    if (!slot) throw new Error('A link for an instance that nobody knows');
    const link = newLink(trace, {
      slot: slot.name,
      incarnation: this.n,
      epoch: owners.of(instanceId)?.epoch ?? 0,
      openedAt: this.#world.clock.monotonic(),
      credentials: options.credentials,
      isDead: this.isDead,
    });
    if (!this.isDead) {
      trace.note(slot.name, `link ${link.n} of ${this.name} opens`);
      checkOpening(this.#world, this, slot, link);
    }
    trace.links.push(link);
    const isStored = (sent: Credentials): boolean => isStoredIn(slot.stored, sent);
    const fake = new FakeLink({
      options,
      whatsApp,
      trace: link,
      random: random.fork(),
      log: trace,
      isStored,
      enter: (work) => this.clock.enter(work),
      onAsks: (what) => checkAsks(this.#world, this, slot, link, what),
    });
    if (!this.place.hasWhatsApp && !this.isDead) {
      this.clock.after(REFUSED_MS, () => fake.end({ kind: 'closed', phase: fake.phase }));
    }
    return fake;
  }
}

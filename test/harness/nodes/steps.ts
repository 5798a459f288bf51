import { beginCall, CALL_MS } from '../../../src/call.ts';
import type { FleetCalls } from '../../../src/fleet/calls/fleet-calls.ts';
import type { Call as ClientCall } from '../../../src/call.ts';
import type { Reach } from '../../../src/fleet/calls/reach.ts';
import { noteCall } from '../begun.ts';
import { callContext, type Call, textOf } from '../trace.ts';
import { checkAnswer } from './checks.ts';
import { NodeProcess } from './node-process.ts';
import type { NodeAct } from './plan.ts';
import type { DatabaseWay } from './node-database.ts';
import { type Place, placeOf, type Slot, type World } from './world.ts';

/** How long an operator waits until a service that could not start is started again. */
const START_AGAIN_MS = 1_000;

/** Makes one thing happen. What follows from it comes by itself as time goes on. */
export function perform(world: World, step: NodeAct): void {
  const { clock, whatsApp, trace } = world;
  switch (step.do) {
    case 'kill':
      return kill(world, placeOf(world, step.node), step.downMs);
    case 'drain':
      return drain(world, placeOf(world, step.node), step.downMs);
    case 'stand_still': {
      const { process } = placeOf(world, step.node);
      if (!process || process.clock.isStill) return;
      trace.note('*', `${process.name} is ${step.how} for ${step.ms} ms`);
      process.clock.standStill(step.how);
      clock.after(step.ms, () => {
        if (!process.isDead && process.clock.isStill) trace.note('*', `${process.name} wakes`);
        process.clock.wake(step.inboxFirst);
      });
      return;
    }
    case 'jump': {
      const { process } = placeOf(world, step.node);
      trace.note('*', `the clock of ${process?.name} jumps by ${step.ms} ms`);
      process?.clock.jump(step.ms);
      return;
    }
    case 'database': {
      const places = step.node === undefined ? world.places : [placeOf(world, step.node)];
      trace.note('*', `the database is ${step.way} for ${places.map(({ n }) => n).join()}, ${step.ms} ms`);
      for (const place of places) setWay(place, step.way);
      clock.after(step.ms, () => {
        trace.note('*', `the database is there again for ${places.map(({ n }) => n).join()}`);
        for (const place of places) setWay(place, 'open');
      });
      return;
    }
    case 'slow_database': {
      const place = placeOf(world, step.node);
      trace.note('*', `the database is ${step.slowMs} ms away from ${place.n}, for ${step.ms} ms`);
      setSlow(place, step.slowMs);
      clock.after(step.ms, () => setSlow(place, 0));
      return;
    }
    case 'lost_commit':
      trace.note('*', `the answer of a commit is lost on its way to ${step.node}: it is ${step.becomes}`);
      placeOf(world, step.node).process?.database.lost.push(step.becomes);
      return;
    case 'hold_up_write':
      trace.note('*', `a write of ${step.node} is held up for ${step.ms} ms`);
      placeOf(world, step.node).process?.database.heldUp.push(step.ms);
      return;
    case 'hold_up_hand_over':
      trace.note('*', `a hand-over of ${step.node} is held up for ${step.ms} ms`);
      placeOf(world, step.node).process?.database.heldUpHandOvers.push(step.ms);
      return;
    case 'fail_over':
      return void failOver(world, step.forgetsMs);
    case 'cut_peers':
      trace.note('*', `${step.node} and ${step.other} are cut apart for ${step.ms} ms`);
      world.network.cut(step.node, step.other, true);
      clock.after(step.ms, () => world.network.cut(step.node, step.other, false));
      return;
    case 'cut_whatsapp':
      return cutWhatsApp(world, placeOf(world, step.node), step.ms);
    case 'read':
    case 'update':
    case 'start':
    case 'stop': {
      const slot = world.slots.get(step.slot);
      if (slot) call(world, placeOf(world, step.node), slot, step);
      return;
    }
    case 'phone':
      return whatsApp.change(step.slot, step.category, step.value);
    case 'keys':
      return whatsApp.sendKeys(step.slot);
    case 'disconnect':
      return whatsApp.disconnect(step.slot, step.ending);
  }
}

async function failOver({ clock, trace, nodes, slots, epochs }: World, forgetsMs: number): Promise<void> {
  const since = clock.now() - forgetsMs;
  // What was stored behind a claim would be lost with it, and WhatsApp was told of it.
  const isLost = (id: string): boolean => [...slots.values()].some((slot) => slot.id === id && slot.savedAt < since);
  trace.forgive();
  const forgotten = await nodes.forget(since, isLost);
  for (const id of forgotten) epochs.forget(id);
  trace.note('*', `another database server: ${forgotten.length} claims are forgotten`);
}

export function setWay(place: Place, way: DatabaseWay): void {
  place.way = way;
  place.process?.database.set(way);
}

export function setSlow(place: Place, slowMs: number): void {
  place.slowMs = slowMs;
  if (place.process) place.process.database.slowMs = slowMs;
}

/** Starts a process at the place, again and again where it can't. */
export async function start(world: World, place: Place): Promise<void> {
  if (place.process) return;
  const process = new NodeProcess(world, place);
  place.process = process;
  // A process of the same machine is known to be gone; else its lease is waited for.
  if (world.random.chance(0.5)) world.nodes.rows.delete(process.name);
  try {
    await process.start();
    if (!process.isDead) world.trace.note('*', `${process.incarnation} runs`);
  } catch (error) {
    if (process.isDead) return;
    world.trace.note('*', `${process.incarnation} does not start: ${textOf(error)}`);
    kill(world, place, START_AGAIN_MS);
  }
}

function kill(world: World, place: Place, downMs: number): void {
  const { process } = place;
  if (!process) return;
  world.trace.note('*', `${process.incarnation} is killed`);
  process.kill();
  place.process = undefined;
  world.clock.after(downMs, () => void start(world, place));
}

function drain(world: World, place: Place, downMs: number): void {
  const { process } = place;
  if (!process || process.clock.isStill || process.isDraining) return;
  world.trace.note('*', `${process.incarnation} drains`);
  void process.drain().then(() => {
    if (process.isDead) return;
    world.trace.note('*', `${process.incarnation} has drained`);
    kill(world, place, downMs);
  });
}

/** What is open there is dead, and nothing new is. */
function cutWhatsApp(world: World, place: Place, ms: number): void {
  world.trace.note('*', `${place.n} does not reach WhatsApp for ${ms} ms`);
  place.hasWhatsApp = false;
  const { process } = place;
  if (process) world.whatsApp.processIsCut(process.n);
  world.clock.after(ms, () => (place.hasWhatsApp = true));
}

type CallAct = Extract<NodeAct, { do: 'read' | 'update' | 'start' | 'stop' }>;

const work = async (fleet: FleetCalls, reach: Reach, name: string, act: CallAct, { signal, deadline }: ClientCall) => {
  const client = { signal, deadline };
  switch (act.do) {
    case 'read':
      return { snapshot: (await fleet.privacy.read(reach, name, client)).snapshot };
    case 'update':
      return { outcome: (await fleet.privacy.update(reach, name, act.changes, client)).outcome };
    case 'start':
      return void (await fleet.lifecycle.start(reach, name, client));
    case 'stop':
      return void (await fleet.lifecycle.stop(reach, name, client));
  }
};

/** For so long after its beginning a call may still be carried out, at another node than the one that was killed. */
const LATEST_MS = CALL_MS + 2_000;

/** Another change of the instance's life ran at the same time: which of them was the last is not known. */
const isBesideAnother = ({ calls }: World['trace'], call: Call): boolean =>
  calls.some(
    ({ n, slot, kind, startAt, endAt = startAt + LATEST_MS }) =>
      n !== call.n && slot === call.slot && (kind === 'start' || kind === 'stop') && endAt >= call.startAt,
  );

/** One call of a user at one node, as its edge does it. */
export function call(world: World, place: Place, slot: Slot, act: CallAct): Call | undefined {
  const { trace } = world;
  const { process } = place;
  if (!process) return undefined;
  const changes = act.do === 'update' ? act.changes : [];
  const call = noteCall(trace, { kind: act.do, slot: slot.name, incarnation: process.n, changes });
  const asked = call.changes.map(({ field, wire }) => ` ${field}=${wire}`).join('');
  trace.note(slot.name, `${call.kind} ${call.n}${asked} at ${process.name}`);
  if (act.do === 'start' || act.do === 'stop') slot.isWanted = undefined;
  // What comes while the process stands still begins when it wakes.
  const { stillMs } = process.clock;
  const run = async (): Promise<void> => {
    using running = beginCall(process.clock, undefined, process.timers);
    try {
      const reach = { accountId: slot.accountId };
      const result = await callContext.run(call, () =>
        running.answer(() => work(process.calls, reach, slot.name, act, running)),
      );
      Object.assign(call, result);
      if ((act.do === 'start' || act.do === 'stop') && !isBesideAnother(trace, call))
        slot.isWanted = act.do === 'start';
    } catch (error) {
      call.error = error;
    }
    if (call.crashed) return;
    call.endSeq = trace.seq();
    call.endAt = world.clock.monotonic();
    const failed = call.error === undefined ? '' : `: ${textOf(call.error)}`;
    const came = (call.outcome?.outcomes ?? []).map(({ field, result }) => ` ${field} ${result}`).join('');
    trace.note(slot.name, `${call.kind} ${call.n} ends${failed}${came}`);
    checkAnswer(world, process, call, call.endAt - call.startAt - (process.clock.stillMs - stillMs));
  };
  process.clock.enter(() => void run());
  return call;
}

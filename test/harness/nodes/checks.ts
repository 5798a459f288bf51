import { PrivetError } from '../../../src/errors.ts';
import { specOf } from '../../../src/privacy/fields.ts';
import { SealError, StorageError } from '../../../src/storage/errors.ts';
import type { Call, LinkTrace } from '../trace.ts';
import { Trace, textOf } from '../trace.ts';
import type { Taken } from './model-nodes.ts';
import type { NodeProcess } from './node-process.ts';
import { slotOf, type Slot, type World } from './world.ts';

/** For so long no lease but one's own may have been broken: as `src/nodes/timing.ts` says. */
export const TTL_MS = 6_000;
const CALL_MS = 30_000;
/** Timers that are due at once run one after the other. */
const TOLERANCE_MS = 50;

/** What a process that stands still can't keep. */
const OF_ONE_THAT_RUNS: ReadonlySet<string> = new Set([
  'requests end with their link',
  'a link that WhatsApp closes is over soon',
  'a deaf link is given up within 30 s',
  'silence is given up within 10 s',
]);

/** What nobody can keep who was told that it has an instance by a database that has forgotten it since. */
const OF_ONE_DATABASE: ReadonlySet<string> = new Set([
  'only the owner connects',
  'only the owner asks',
  'one live login',
]);
/** Until the next renewal of the node, and the end of what it had begun. */
const FORGIVEN_MS = 8_000;

export class NodesTrace extends Trace {
  #forgivenUntil = 0;

  /** The database has forgotten who has what. */
  forgive(): void {
    this.#forgivenUntil = this.clock.monotonic() + FORGIVEN_MS;
  }

  override violate(rule: string, text: string): void {
    const isForgiven = OF_ONE_DATABASE.has(rule) && this.clock.monotonic() < this.#forgivenUntil;
    if (!OF_ONE_THAT_RUNS.has(rule) && !isForgiven) super.violate(rule, text);
  }
}

const hasLease = ({ nodes }: World, { incarnation }: NodeProcess): boolean => {
  const row = nodes.of(incarnation);
  return row !== undefined && nodes.isLive(row);
};

/** The link of a node opens: it is not in the trace yet. */
export function checkOpening(world: World, process: NodeProcess, slot: Slot, link: LinkTrace): void {
  const { trace, owners } = world;
  const what = `link ${link.n} of ${slot.name} on ${process.name}`;
  const row = owners.of(slot.id);
  const isOwn = row?.owner === process.incarnation;
  trace.expect(isOwn, 'only the owner connects', () => `${what}: ${row?.owner} has it`);
  trace.expect(hasLease(world, process), 'no login without a lease', () => what);
  const text = (): string => `${what} uses ${link.credentials}, stored: ${slot.stored}`;
  trace.expect(link.credentials === slot.stored, 'the last credentials are used', text);
}

/** A frame leaves that asks something of WhatsApp: a request, or a login. */
export function checkAsks(world: World, process: NodeProcess, slot: Slot, link: LinkTrace, what: string): void {
  const { trace, owners } = world;
  if (link.isDead) return;
  const text = (): string => `${what} of ${slot.name} on link ${link.n} of ${process.name}`;
  trace.expect(hasLease(world, process), 'a mute node asks nothing', text);
  const row = owners.of(slot.id);
  const isOwn = row?.owner === process.incarnation && row.epoch === link.epoch;
  trace.expect(
    isOwn,
    'only the owner asks',
    () => `${text()}: epoch ${link.epoch}, now ${row?.epoch} of ${row?.owner}`,
  );
}

interface Claim {
  readonly incarnation: string;
  readonly epoch: number | undefined;
}

/** A write of an instance begins, as the node sends it. */
export function checkWriting(world: World, process: NodeProcess, method: string, args: readonly unknown[]): void {
  if (!method.startsWith('owned.')) return;
  const slot = slotOf(world, String(args[0]));
  world.trace.expect(
    hasLease(world, process),
    'a mute node writes nothing',
    () => `${method} of ${slot?.name} by ${process.name}`,
  );
}

/** The database is about to carry a write out; what it returns hears of the commit. */
export function checkWrite(world: World, process: NodeProcess, method: string, args: readonly unknown[]) {
  if (!method.startsWith('owned.')) return undefined;
  const [id, claim, change] = args as [string, Claim, { credentials?: string } | undefined];
  const { trace, owners } = world;
  const before = owners.of(id);
  const slot = slotOf(world, id);
  return (isDone: boolean): void => {
    if (!isDone || !slot) return;
    const isOwn = before?.owner === claim.incarnation && before.epoch === claim.epoch;
    const text = (): string =>
      `${method} of ${slot.name} by ${process.name} under ${claim.epoch}: ${before?.owner} has it under ${before?.epoch}`;
    trace.expect(isOwn, 'no stale write is stored', text);
    if (change?.credentials === undefined) return;
    checkOrder(world, slot, change.credentials);
    slot.stored = change.credentials;
    slot.savedAt = world.clock.now();
    trace.note(slot.name, `its login is saved by ${process.name}`);
  };
}

/** What is stored of a login never goes back. */
function checkOrder({ trace }: World, { name, stored }: Slot, saved: string): void {
  const [before, after] = [JSON.parse(stored) as { keys: number }, JSON.parse(saved) as { keys: number }];
  trace.expect(after.keys >= before.keys, 'no login goes back', () => `${name}: ${saved} is stored over ${stored}`);
}

/** A node has taken an instance, or was given it. */
export function checkTaken(world: World, { id, by, epoch, from, fromNode, isGiven }: Taken): void {
  const { trace, nodes } = world;
  const claimer = nodes.of(by);
  const slot = slotOf(world, id);
  const what = `${slot?.name} by ${claimer?.id ?? by}, from ${fromNode?.id ?? from?.incarnation}`;
  trace.note(slot?.name ?? id, `${isGiven ? 'given' : 'taken'} ${what} under ${epoch}`);
  if (!fromNode || fromNode.incarnation === by) return;
  if (isGiven && nodes.isLive(fromNode)) return;
  trace.expect(!nodes.isLive(fromNode), 'who lives keeps its instances', () => what);
  const steadyMs = trace.clock.now() - (claimer?.unbrokenSince ?? trace.clock.now());
  const isSteady = claimer !== undefined && nodes.isLive(claimer) && steadyMs >= TTL_MS;
  trace.expect(isSteady, 'no claim within the grace', () => `${what}, steady for ${steadyMs} ms`);
}

/** Epochs of all instances only grow, and under each there is but one owner. */
export class Epochs {
  readonly #known = new Map<string, { epoch: number; owner: string | null }>();

  forget(id: string): void {
    this.#known.delete(id);
  }

  check({ trace, owners, slots }: World): void {
    for (const { id, name } of slots.values()) {
      const row = owners.of(id);
      const before = this.#known.get(id);
      if (!row) continue;
      const isForth = !before || row.epoch > before.epoch;
      const isSame = before?.epoch === row.epoch && before.owner === row.owner;
      trace.expect(isForth || isSame, 'no epoch goes back', () => `${name}: ${JSON.stringify({ before, row })}`);
      this.#known.set(id, row);
    }
  }
}

/** What must hold when the edge answers a call. */
export function checkAnswer({ trace }: World, process: NodeProcess, call: Call, tookMs: number): void {
  const { error, outcome } = call;
  const name = `${call.kind} ${call.n} of ${call.slot} at ${process.name}`;
  trace.expect(tookMs <= CALL_MS + TOLERANCE_MS, 'every call ends within 30 s', () => `${name} took ${tookMs} ms`);
  if (error !== undefined) {
    const isTyped = [PrivetError, StorageError, SealError].some((known) => error instanceof known);
    trace.expect(isTyped, 'errors are typed', () => `${name}: ${textOf(error)}`);
  }
  for (const { field, result } of outcome?.outcomes ?? []) {
    if (result === 'FAILED') continue;
    const { category } = specOf(field);
    const wire = call.changes.findLast((change) => change.field === field)?.wire;
    const ofCall = call.requests.filter(({ left }) => left);
    const write = ofCall.findLast((request) => request.kind === 'write' && request.category === category);
    const isShown = ofCall.some(
      ({ seq, shows, reply, kind }) =>
        kind === 'read' && seq > (write?.seq ?? 0) && reply?.kind === 'result' && shows?.get(category) === wire,
    );
    trace.expect(isShown, 'applied means shown', () => `${name}: ${field} ${result}`);
    const isWritten = write?.value === wire;
    trace.expect(result !== 'APPLIED' || isWritten, 'applied means written', () => `${name}: ${field}`);
  }
}

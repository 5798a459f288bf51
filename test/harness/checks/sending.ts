import { specOf, TIMER, type FieldSpec } from '../../../src/privacy/fields.ts';
import { readsFirst } from '../../../src/privacy/policies/terms.ts';
import type { Call, CallKind, Request } from '../trace.ts';
import type { World } from '../world.ts';
import { shownIn } from './shown.ts';
import { firstReadOf, mayEmptyList } from './terms.ts';
import type { Fail } from './update.ts';

/** A call ends 30 s after it began; with under 5 s left nothing is sent; a request waits 10 s at most. */
const CALL_MS = 30_000;
const LAST_SEND_MS = 5_000;
const REQUEST_MS = 10_000;
/** Retries included. */
const MOST_WRITES_OF_A_FIELD = 2;

/** Nothing is sent late, and nobody waits longer than the call may. Returns what was sent. */
export function checkTimes(call: Call, fail: Fail): readonly Request[] {
  const sent = call.requests.filter(({ left }) => left);
  for (const request of sent) {
    const afterMs = request.at - call.startAt;
    if (afterMs > CALL_MS - LAST_SEND_MS) fail('nothing is sent late', `request ${request.seq} after ${afterMs} ms`);
    if (request.timeoutMs > REQUEST_MS || afterMs + request.timeoutMs > CALL_MS) {
      fail('requests end in time', `request ${request.seq} waits ${request.timeoutMs} ms after ${afterMs} ms`);
    }
  }
  return sent;
}

/** What an update may send, when, and in which order. */
export function checkSending(world: World, call: Call, requested: readonly FieldSpec[], fail: Fail): void {
  const sent = checkTimes(call, fail);
  const [first] = call.requests;
  if (!first) return;
  const hasTimer = requested.some(({ category }) => category === TIMER);
  // What is known of the timer has reads of its own: where it is asked for, the plan may begin with one.
  if (!hasTimer && !mayReadFirst(call, first)) checkPlan(world, call, requested, first, fail);
  checkRewrites(world, call, fail);
  checkNothingSent(call, first, fail);
  const [firstSent] = sent;
  if (firstSent) checkTurn(world, call, firstSent, fail);
}

const mayReadFirst = (call: Call, { kind }: Request): boolean =>
  kind === 'read' && !readsFirst(call.terms) && mayEmptyList(call);

/** The read that the view comes from: of those answered before this point, the one that was sent last. */
function viewBefore({ trace }: World, call: Call, point: number): Request | undefined {
  return trace.requests.findLast(
    ({ link, shows, replySeq, reply }) =>
      link.slot === call.slot &&
      link.incarnation === call.incarnation &&
      reply?.kind === 'result' &&
      shows !== undefined &&
      replySeq !== undefined &&
      replySeq < point,
  );
}

/** First one write for each field that differs from the view, in the order of the table, then a read. */
function checkPlan(world: World, call: Call, requested: readonly FieldSpec[], first: Request, fail: Fail): void {
  const { onFailure = 'CONTINUE' } = call.terms;
  const own = firstReadOf(world.trace, call);
  const view = (readsFirst(call.terms) ? own : viewBefore(world, call, first.seq))?.shows;
  if (!view) return fail('the view was read', `nothing was read before request ${first.seq}`);
  const planned = requested.flatMap(({ field, category }) => {
    const wire = call.changes.findLast((change) => change.field === field)?.wire;
    const value = view.get(category);
    if (value === undefined) return ['unsupported'];
    return value === wire ? [] : [`${category}=${wire}`];
  });
  const cut = planned.indexOf('unsupported');
  const end = { CONTINUE: planned.length, STOP: cut, ROLLBACK: 0 }[onFailure];
  const wanted = planned.slice(0, cut === -1 ? planned.length : end).filter((each) => each !== 'unsupported');
  const from = own?.seq ?? 0;
  const firstRead =
    call.requests.find(({ kind, seq }) => kind === 'read' && seq > from)?.seq ?? Number.POSITIVE_INFINITY;
  const written = call.requests.filter(({ kind, seq }) => kind === 'write' && seq < firstRead);
  const found = written.map(({ category, value }) => `${category}=${value}`);
  const last = written.at(-1);
  const stopped = onFailure === 'STOP' && (last?.reply?.kind !== 'result' || last.link.gone);
  const isCut = found.length === 0 && lostItsLink(call, firstRead);
  const expected = stopped || isCut || isLate(call) ? wanted.slice(0, found.length) : wanted;
  if (found.join() !== expected.join())
    fail('what differs is written, in order', `${found.join()} instead of ${expected.join()}`);
  for (const { field, previous } of call.outcome?.outcomes ?? []) {
    const spec = requested.find((each) => each.field === field);
    const value = spec && view.get(spec.category);
    const name = spec && (Object.entries(spec.values).find(([, wire]) => wire === value)?.[0] ?? value);
    if (previous !== (name === 'error' ? undefined : name)) {
      fail('previous is what the view held', `${field}: ${previous}, not ${name}`);
    }
  }
}

/** The link went with the answer to what is read before the writes: these had none to leave on. */
function lostItsLink({ requests }: Call, until: number): boolean {
  const before = requests.findLast(({ seq }) => seq < until);
  return before?.replyAt !== undefined && (before.link.goneAt ?? Number.POSITIVE_INFINITY) <= before.replyAt;
}

/** How long after its beginning a call writes no more, where its policy keeps time for what comes behind the writes. */
const WRITES_UNTIL_MS = { CONTINUE: Number.POSITIVE_INFINITY, STOP: 18_900, ROLLBACK: 11_900 };

const isLate = ({ terms: { onFailure = 'CONTINUE' }, startAt, endAt = 0 }: Call): boolean =>
  endAt - startAt >= WRITES_UNTIL_MS[onFailure];

/** A write of what was requested, and not of what was there before. */
const isForth = ({ changes }: Call, { kind, left, category, value }: Request): boolean =>
  kind === 'write' && left && changes.some(({ field, wire }) => specOf(field).category === category && wire === value);

/** A second write follows a read that showed another value, and never a change that was announced meanwhile. */
function checkRewrites(world: World, call: Call, fail: Fail): void {
  const { trace } = world;
  const writes = call.requests.filter((request) => isForth(call, request));
  const first = firstReadOf(world.trace, call);
  const hasTimer = call.changes.some(({ field }) => specOf(field).category === TIMER);
  for (const write of writes) {
    const same = writes.filter(({ category, seq }) => category === write.category && seq < write.seq);
    if (same.length >= MOST_WRITES_OF_A_FIELD) fail('writes are bounded', `${write.category} ${same.length + 1} times`);
    const read = call.requests.findLast(({ kind, shows, seq }) => kind === 'read' && shows && seq < write.seq);
    if (!read || read.seq <= (first?.seq ?? 0)) continue;
    if (same.length === 0 && (hasTimer || mayEmptyList(call))) continue;
    const value = shownIn(call, read, write.category);
    if (value === undefined || value === 'error' || value === write.value) {
      fail('a second write needs a read', `request ${write.seq}: ${write.category} showed ${value}`);
    }
    const [last] = same.toReversed();
    if (last && (last.reply?.kind !== 'result' || (last.replySeq ?? 0) > read.seq)) {
      fail('only what was acknowledged is written again', `request ${write.seq} behind request ${last.seq}`);
    }
    // What was never written has no place among the changes yet.
    const since = last?.seq ?? write.seq;
    const heard = trace.announcements.find(({ slot, seq }) => slot === call.slot && seq > since && seq < write.seq);
    if (heard) fail('never over an announced change', `request ${write.seq} behind announcement ${heard.seq}`);
  }
}

/** An update that could send nothing met a link that was closing just then, and not by our own doing. */
function checkNothingSent({ outcome }: Call, { link, at }: Request, fail: Fail): void {
  if (outcome?.stanzas !== 0) return;
  if (link.evidence?.kind === 'recycled') fail('updates wait for the next link', `link ${link.n} was given up`);
  if (link.endedAt !== undefined && link.endedAt < at) {
    fail('updates do not use a link that is gone', `link ${link.n}`);
  }
}

/**
 * Whether a call was over when this request left. One that failed as a whole, having changed nothing, gives its turn away
 * just before its caller is told so: in the same breath.
 */
function hadEnded({ endSeq, endAt, error, requests }: Call, { seq, at }: Request): boolean {
  if (endSeq === undefined || endAt === undefined) return false;
  const changedNothing = requests.every(
    ({ kind, left, reply }) => !left || !IN_TURN.has(kind) || reply?.kind === 'refused',
  );
  return endSeq < seq || (error !== undefined && endAt === at && changedNothing);
}

/** Calls that change something, and how. */
const CHANGING: ReadonlySet<CallKind> = new Set(['update', 'exclude', 'block']);
const IN_TURN: ReadonlySet<Request['kind']> = new Set(['write', 'list_write', 'block']);

/** One update at a time, and nothing of an earlier one can land any more. */
export function checkTurn({ trace }: World, call: Call, first: Request, fail: Fail): void {
  for (const other of trace.calls) {
    if (other.slot !== call.slot || !CHANGING.has(other.kind) || other === call) continue;
    const theirFirst = other.requests.find(({ left }) => left);
    if (!theirFirst || theirFirst.seq > first.seq || other.incarnation !== call.incarnation) continue;
    if (!hadEnded(other, first)) fail('one update at a time', `beside ${other.kind} ${other.n}`);
    const open = other.requests.find(
      ({ kind, left, link, replySeq, reply }) =>
        IN_TURN.has(kind) &&
        left &&
        link === first.link &&
        (replySeq === undefined || replySeq > first.seq || reply?.kind === 'timed_out'),
    );
    if (open)
      fail('an unanswered write ends the link', `request ${open.seq} of ${other.kind} ${other.n} may still land`);
  }
}

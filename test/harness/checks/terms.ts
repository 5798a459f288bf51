import { readsFirst } from '../../../src/privacy/policies/terms.ts';
import { type FieldSpec, specOf, TIMER } from '../../../src/privacy/fields.ts';
import { SettingsChangedError } from '../../../src/privacy/policies/condition.ts';
import type { FieldOutcome, UpdateOutcome } from '../../../src/privacy/outcome.ts';
import type { Call, Request, Trace } from '../trace.ts';
import type { World } from '../world.ts';
import { sameMap } from './reads.ts';
import { shownIn, withoutTimer } from './shown.ts';
import type { Fail } from './update.ts';

/** Nothing is sent any more with less than 5 s left, and 5 s are kept for the last read. */
const LAST_WRITE_MS = 19_900;

/** How often what holds is read while changes are announced during each read. */
const FIRST_READ_TRIES = 3;

/**
 * The call's own read that its plan comes from: the first one during which no change was announced. Undefined where its terms
 * need none, or none was answered.
 */
export function firstReadOf({ announcements }: Trace, { terms, requests, slot }: Call): Request | undefined {
  if (!readsFirst(terms)) return undefined;
  const write = requests.find(({ kind }) => kind === 'write' || kind === 'list_write')?.seq ?? Number.POSITIVE_INFINITY;
  const reads = requests.filter(
    ({ kind, seq, shows, reply }) => kind === 'read' && seq < write && shows && reply?.kind === 'result',
  );
  const first = reads.slice(0, FIRST_READ_TRIES);
  // It is over with the answers to the read of the timer that was sent right behind it, and of the lists that follow.
  const endOf = (read: Request): number => {
    const next = reads.find(({ seq }) => seq > read.seq)?.seq ?? write;
    const isPart = ({ kind, at, link, seq }: Request): boolean =>
      (kind === 'timer_read' && at === read.at && link === read.link) ||
      (kind === 'list_read' && seq > read.seq && seq < next && next <= write);
    return Math.max(...[read, ...requests.filter(isPart)].map(({ replySeq = 0 }) => replySeq));
  };
  // One that is lost with its link is asked again as the same one.
  const since = (n: number): number => {
    const before = first[n - 1];
    return before ? endOf(before) : (requests[0]?.seq ?? 0);
  };
  const isAnnounced = (read: Request, n: number): boolean =>
    announcements.some((each) => each.slot === slot && each.seq > since(n) && each.seq < endOf(read));
  return first.find((read, n) => !isAnnounced(read, n)) ?? first.at(-1);
}

/** Where settings may have changed since they were read, a list that there may be is not emptied by the value alone. */
export const mayEmptyList = ({ changes }: Call): boolean => changes.some(({ wire }) => wire === WITH_MEMBERS);

/** Whether a call that failed as a whole may have sent this: what it had to know before it could write. */
export const mayHaveRead = (call: Call, { kind }: Request): boolean =>
  (readsFirst(call.terms) || mayEmptyList(call)) && READS.has(kind);

const READS: ReadonlySet<Request['kind']> = new Set(['read', 'timer_read', 'list_read']);
const WITH_MEMBERS = 'contact_blacklist';

/** Of settings: also with who is left out. */
const writesOf = ({ requests }: Call): Request[] =>
  requests.filter(({ kind, left }) => (kind === 'write' || kind === 'list_write') && left);

/** What the caller's terms promise. */
export function checkTerms(world: World, call: Call, fail: Fail): void {
  const { terms, outcome } = call;
  checkCondition(world, call, fail);
  checkEmptied(world, call, fail);
  if (!outcome) return;
  if (terms.onFailure === 'STOP') checkStop(call, outcome, fail);
  if (terms.onFailure === 'ROLLBACK') checkRollback(world, call, outcome, fail);
  else if (outcome.outcomes.some(({ rolledBack }) => rolledBack !== undefined)) {
    fail('only a rollback rolls back', 'an outcome says so');
  }
}

/** The mode alone, written where there is a list, empties it: not where it was announced that somebody has changed it. */
function checkEmptied({ trace }: World, call: Call, fail: Fail): void {
  for (const write of writesOf(call)) {
    const emptied = trace.listChanges.find(
      ({ by, before, after }) => by === write && before?.size && after?.size === 0,
    );
    if (!emptied || write.kind !== 'write') continue;
    const filled = trace.listChanges.findLast(
      ({ slot, list, seq }) => slot === call.slot && list === emptied.list && seq < emptied.seq,
    );
    const heard = trace.announcements.find(
      ({ slot, seq }) => slot === call.slot && seq > (filled?.seq ?? 0) && seq < write.seq,
    );
    if (heard) fail('a list that is known of is not emptied', `request ${write.seq} behind announcement ${heard.seq}`);
  }
}

/** Answers that come in one millisecond are each of a time of their own, right before or behind it. */
const SAME_TIME_MS = 5;

/** With `ifObservedAt` nothing is written but over the settings that the caller saw. */
function checkCondition(world: World, call: Call, fail: Fail): void {
  const { trace } = world;
  const { seen, error, slot, requests } = call;
  const [write] = writesOf(call);
  const first = firstReadOf(world.trace, call);
  if (write && readsFirst(call.terms) && (first?.replySeq ?? Number.POSITIVE_INFINITY) > write.seq) {
    fail('what a write depends on is read before it', `request ${write.seq}`);
  }
  if (!seen) return;
  if (write && first?.shows && !sameMap(first.shows, withoutTimer(seen.categories))) {
    fail('nothing is written over what the caller did not see', `request ${write.seq}`);
  }
  if (!(error instanceof SettingsChangedError)) return;
  const epoch = trace.clock.now() - trace.clock.monotonic();
  const isChanged = trace.requests.some(
    ({ link, shows, replyAt = 0 }) =>
      link.slot === slot &&
      shows &&
      replyAt + epoch >= seen.observedAt - SAME_TIME_MS &&
      !sameMap(shows, withoutTimer(seen.categories)),
  );
  const isAnnounced = trace.announcements.some((each) => each.slot === slot && each.seq > call.startSeq);
  // What is linked now may be another account, of which nobody saw anything then.
  const isLinkedAnew = trace.links.some(
    (link) => link.slot === slot && !link.credentials && link.openedAt + epoch > seen.observedAt,
  );
  if (!isChanged && !isAnnounced && !isLinkedAnew && !seen.categories.has(TIMER) && requests.length > 0)
    fail('a conflict has evidence', 'no read showed other settings');
}

/** Each write waits for the reply to the one before; behind a failure, and of what is skipped, there is none. */
function checkStop(call: Call, { failures }: UpdateOutcome, fail: Fail): void {
  const writes = writesOf(call);
  for (const [n, write] of writes.entries()) {
    const before = writes[n - 1];
    if (!before) continue;
    const isAnswered = before.reply !== undefined && (before.replySeq ?? Number.POSITIVE_INFINITY) < write.seq;
    if (!isAnswered) fail('STOP waits for each reply', `request ${write.seq} behind request ${before.seq}`);
    if (before.reply?.kind !== 'result') fail('STOP stops', `request ${write.seq} behind request ${before.seq}`);
  }
  checkSkipped(writes, failures, fail);
}

function checkSkipped(writes: readonly Request[], failures: UpdateOutcome['failures'], fail: Fail): void {
  for (const { field, code } of failures) {
    const sent = code === 'SKIPPED' && writes.find((write) => specOf(field).category === write.category);
    if (sent) fail('what is skipped is not sent', `${field} by request ${sent.seq}`);
  }
}

/** One field of a rollback: what the call wrote of it, and what it wrote to put it back. */
interface Written {
  readonly spec: FieldSpec;
  readonly outcome: FieldOutcome;
  readonly forth: readonly Request[];
  readonly back: readonly Request[];
  /** What the account showed before the call's first write of it. */
  readonly old: string | undefined;
}

/**
 * All of the new values hold, or all that was written shows its old value again; else each that does not is told, and there
 * is a reason why.
 */
function checkRollback(world: World, call: Call, { outcomes, failures, snapshot }: UpdateOutcome, fail: Fail): void {
  const writes = writesOf(call);
  checkSkipped(writes, failures, fail);
  const first = firstReadOf(world.trace, call);
  const proof = snapshot && writes.length > 0 ? lastReadOf(call) : undefined;
  for (const outcome of outcomes) {
    const written = writtenOf(call, outcome);
    const wasWritten = written.forth.some(({ reply }) => reply?.kind !== 'refused');
    checkPutBack(world, call, written, first, fail);
    if (failures.length === 0) {
      // What was sent back, and came to nothing or may land yet, is told all the same.
      if (outcome.rolledBack !== undefined && written.back.length === 0) {
        fail('what all holds is not rolled back', outcome.field);
      }
      continue;
    }
    if (wasWritten !== (outcome.rolledBack !== undefined)) {
      fail('what was written is rolled back or not', `${outcome.field}: ${outcome.rolledBack}`);
    }
    if (!wasWritten) continue;
    const shown = shownIn(call, proof, written.spec.category);
    const isValueBack = proof !== undefined && written.old !== undefined && shown === written.old;
    if (outcome.rolledBack !== (isValueBack && areMembersBack(call, written))) {
      fail('rolled back means shown', `${outcome.field}: ${outcome.rolledBack}, shows ${shown}, was ${written.old}`);
    }
    if (outcome.rolledBack || !proof || shown === undefined || shown === 'error') continue;
    if (!mayStay(world, call, written, first, proof)) {
      fail('a rollback puts back what it can', `${outcome.field} shows ${shown}, was ${written.old}`);
    }
  }
}

/** The read that an outcome was judged by. */
export const lastReadOf = ({ requests }: Call): Request | undefined =>
  requests.findLast(({ kind, left, shows, reply }) => kind === 'read' && left && shows && reply?.kind === 'result');

function writtenOf(call: Call, outcome: FieldOutcome): Written {
  const spec = specOf(outcome.field);
  const wire = call.changes.findLast(({ field }) => field === outcome.field)?.wire;
  const ofField = writesOf(call).filter(({ category }) => category === spec.category);
  const forth = ofField.filter(({ value }) => value === wire);
  const [firstWrite] = forth;
  const before = call.requests.findLast(
    ({ kind, shows, reply, replySeq = Number.POSITIVE_INFINITY }) =>
      kind === 'read' && shows && reply?.kind === 'result' && replySeq < (firstWrite?.seq ?? 0),
  );
  const value = shownIn(call, before, spec.category);
  return {
    spec,
    outcome,
    forth,
    back: ofField.filter((write) => write.value !== wire),
    old: value === 'error' ? undefined : value,
  };
}

/** Where people were left out, a read behind the writes shows the same ones again. */
function areMembersBack({ requests }: Call, { old, spec, forth, back }: Written): boolean {
  if (old !== WITH_MEMBERS) return true;
  const reads = requests.filter(
    ({ kind, category, reply, showsMembers }) =>
      kind === 'list_read' && category === spec.category && reply?.kind === 'result' && showsMembers !== undefined,
  );
  const [write] = forth;
  const last = back.at(-1) ?? forth.at(-1);
  const before = reads.findLast(({ seq }) => seq < (write?.seq ?? 0))?.showsMembers;
  const after = reads.findLast(({ seq }) => seq > (last?.seq ?? 0))?.showsMembers;
  if (!before || !after || before === 'none' || after === 'none') return false;
  return before.size === after.size && [...before].every((each) => after.has(each));
}

/** Only to what was there before, and never over a change that was announced since the call began to read. */
function checkPutBack(
  { trace }: World,
  call: Call,
  { back, old, spec }: Written,
  first: Request | undefined,
  fail: Fail,
): void {
  for (const write of back) {
    if (write.value !== old) fail('put back is what was there', `${spec.field}=${write.value}, was ${old}`);
    const heard = trace.announcements.find(
      ({ slot, seq }) => slot === call.slot && seq > (first?.seq ?? 0) && seq < write.seq,
    );
    if (heard) fail('nothing is put back over an announced change', `request ${write.seq}`);
  }
  if (back.length > 2) fail('writes are bounded', `${spec.field} is put back ${back.length} times`);
}

/** Why a field may keep what a rollback should have put back. */
function mayStay(
  { trace }: World,
  { slot, requests, startAt }: Call,
  { back, old, spec }: Written,
  first: Request | undefined,
  proof: Request,
): boolean {
  if (old === undefined) return true;
  // The phone changed something meanwhile: it may have been this.
  const since = first?.seq ?? 0;
  if (trace.announcements.some((each) => each.slot === slot && each.seq > since && each.seq < (proof.replySeq ?? 0))) {
    return true;
  }
  const isPhones = trace.changes.some(
    ({ slot: of, category, by, seq }) => of === slot && category === spec.category && by === 'phone' && seq > since,
  );
  const isPhonesList = trace.listChanges.some(
    ({ slot: of, list, by, seq }) => of === slot && list === spec.category && by === 'phone' && seq > since,
  );
  if (isPhones || isPhonesList) return true;
  // Whether the same people are left out again no read showed.
  const isRead = requests.some(({ kind, category, seq, showsMembers }) => {
    return kind === 'list_read' && category === spec.category && seq > proof.seq && showsMembers !== undefined;
  });
  if (old === WITH_MEMBERS && proof.shows?.get(spec.category) === old && !isRead) return true;
  const last = back.at(-1);
  if (last) return last.reply?.kind !== 'result' || (proof.worked ?? 0) < (last.worked ?? Number.POSITIVE_INFINITY);
  // There was no time, or no link, to send anything.
  const isLate = requests.some(({ at }) => at - startAt > LAST_WRITE_MS);
  return isLate || requests.some(({ left, reply, link }) => !left || reply?.kind === 'lost' || link.gone);
}

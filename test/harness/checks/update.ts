import { fieldSpecs, specOf, type FieldSpec } from '../../../src/privacy/fields.ts';
import type { FieldOutcome, UpdateOutcome } from '../../../src/privacy/outcome.ts';
import type { Call, Request, Trace } from '../trace.ts';
import type { World } from '../world.ts';
import { checkFailure } from './failures.ts';
import { checkOutlives } from './outlives.ts';
import { broughtBy } from './reads.ts';
import { checkSending } from './sending.ts';
import { shownIn } from './shown.ts';
import { checkTerms } from './terms.ts';

/** A wire value as clients see it. */
export const nameOf = (spec: FieldSpec, wire: string | undefined): string | undefined =>
  wire === undefined || wire === 'error'
    ? undefined
    : (Object.entries(spec.values).find(([, value]) => value === wire)?.[0] ?? wire);

/** All that one field's outcome is checked against. */
export interface FieldEvidence {
  readonly trace: Trace;
  readonly call: Call;
  readonly spec: FieldSpec;
  readonly wire: string;
  readonly outcome: FieldOutcome;
  /** The read that the outcome's settings came from. */
  readonly proof: Request | undefined;
  /** The call's writes of this field that left, and those that did not. */
  readonly writes: readonly Request[];
  readonly unsent: readonly Request[];
}

/** Every promise about one update's outcome, by what WhatsApp received, did and answered. */
export function checkUpdate(world: World, call: Call, outcome: UpdateOutcome): void {
  const { trace } = world;
  const fail = (rule: string, text: string): void => trace.violate(rule, `update ${call.n} of ${call.slot}: ${text}`);
  const left = call.requests.filter((request) => request.left);

  const requested = fieldSpecs.filter(({ field }) => call.changes.some((change) => change.field === field));
  const order = requested.map(({ field }) => field).join();
  if (outcome.outcomes.map(({ field }) => field).join() !== order) fail('one outcome a field', `not ${order}`);
  const failed = outcome.outcomes.filter(({ result }) => result === 'FAILED').map(({ field }) => field);
  if (outcome.failures.map(({ field }) => field).join() !== failed.join())
    fail('failures name what failed', failed.join());
  if (outcome.stanzas !== left.length) {
    fail('stanzas are counted', `says ${outcome.stanzas}, ${left.length} left`);
  }

  const lastWrite = left.findLast(({ kind }) => kind === 'write' || kind === 'list_write');
  const { snapshot } = outcome;
  const proof = snapshot && left.findLast((request) => request.kind === 'read' && broughtBy(request, snapshot, trace));
  if (snapshot && !proof) fail('settings are the call’s own read', 'no read of this call showed them');
  if (proof && lastWrite && proof.seq < lastWrite.seq) {
    fail('proof is read after the last write', `request ${proof.seq} before ${lastWrite.seq}`);
  }
  if (!snapshot && failed.length !== requested.length) fail('no settings, no success', `${failed.join()} failed only`);

  for (const each of outcome.outcomes) {
    const spec = specOf(each.field);
    const wire = call.changes.findLast(({ field }) => field === each.field)?.wire ?? '';
    const ofField = call.requests.filter(({ kind, category }) => kind === 'write' && category === spec.category);
    const [writes, unsent] = [
      ofField.filter((write) => write.left && write.value === wire),
      ofField.filter((write) => !write.left),
    ];
    checkField({ trace, call, spec, wire, outcome: each, proof, writes, unsent }, outcome, fail);
  }
  checkSending(world, call, requested, fail);
  checkTerms(world, call, fail);
  checkOutlives(world, call, outcome);
}

export type Fail = (rule: string, text: string) => void;

function checkField(evidence: FieldEvidence, { failures }: UpdateOutcome, fail: Fail): void {
  const { spec, wire, outcome, proof, writes } = evidence;
  const shows = shownIn(evidence.call, proof, spec.category);
  const current = nameOf(spec, shows);
  if (outcome.requested !== nameOf(spec, wire)) fail('requested is said back', `${outcome.requested} for ${wire}`);
  if (outcome.current !== current) fail('current is what the read showed', `${outcome.current}, read: ${current}`);
  const last = writes.at(-1);
  const holds = proof !== undefined && shows === wire;
  const refused = last?.reply?.kind === 'refused';
  switch (outcome.result) {
    case 'APPLIED':
      if (!holds) fail('applied means shown', `${spec.field} shows ${shows}, not ${wire}`);
      if (!last || refused) fail('applied means written', `${spec.field}: ${last ? 'refused' : 'never written'}`);
      return checkSource(evidence, fail);
    case 'ALREADY_SET':
      if (!holds) fail('already set means shown', `${spec.field} shows ${shows}, not ${wire}`);
      if (last && !refused) fail('already set means not written', `${spec.field} by request ${last.seq}`);
      return;
    case 'FAILED': {
      if (holds) fail('failed means not shown', `${spec.field} shows ${shows}`);
      const failure = failures.find(({ field }) => field === spec.field);
      if (!failure) return;
      if (failure.current !== current || failure.requested !== outcome.requested) {
        fail('failures tell what the read showed', `${spec.field}: ${failure.current}, read: ${current}`);
      }
      return checkFailure(evidence, failure, fail);
    }
  }
}

/** The value that the proof showed came from this call's own write, or from somebody else's hand, not an older call's. */
function checkSource({ trace, call, spec, wire, proof, writes }: FieldEvidence, fail: Fail): void {
  const shownAt = proof?.worked ?? 0;
  const source = trace.changes.findLast(
    ({ seq, slot, category }) => slot === call.slot && category === spec.category && seq < shownAt,
  );
  const began = call.requests[0]?.seq ?? 0;
  if (!source || source.by === 'phone' || source.seq < began) return;
  if (source.value !== wire || !writes.includes(source.by)) {
    fail('applied by this call', `${spec.field} was set by request ${source.by.seq}`);
  }
}

import { specOf } from '../../../src/privacy/fields.ts';
import type { UpdateOutcome } from '../../../src/privacy/outcome.ts';
import type { Request } from '../trace.ts';
import type { World } from '../world.ts';
import { shownIn } from './shown.ts';
import { lastReadOf } from './terms.ts';

/** With these the caller knows that a write may land yet. */
const MAY_LAND: ReadonlySet<string> = new Set(['TIMED_OUT', 'CONNECTION_LOST', 'UNVERIFIED']);

/** In the end: what an update said that holds, no write of its own has changed behind its proof. */
export function checkLanded({ trace }: World): void {
  for (const call of trace.calls) {
    const { outcome } = call;
    const proof = outcome?.snapshot && lastReadOf(call);
    if (!outcome || !proof) continue;
    for (const request of call.requests.filter((each) => isLate(each, proof))) {
      if (request.value === shownIn(call, proof, request.category) || isTold(outcome, request)) continue;
      const text = `request ${request.seq} of update ${call.n} of ${call.slot}: ${request.category}=${request.value}`;
      trace.violate('nothing of a call lands behind its proof', text);
    }
  }
}

const isLate = ({ kind, worked = 0 }: Request, proof: Request): boolean =>
  (kind === 'write' || kind === 'list_write') && worked > (proof.worked ?? Number.POSITIVE_INFINITY);

/** The outcome says of the field that it is not known how it ends. */
function isTold({ failures }: UpdateOutcome, { category }: Request): boolean {
  const failure = failures.find(({ field }) => specOf(field).category === category);
  return failure !== undefined && MAY_LAND.has(failure.code);
}

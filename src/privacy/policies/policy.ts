import { judge, type Judged, type Proof } from '../judge.ts';
import type { PartialFailureCode } from '../outcome.ts';
import type { FieldUpdate } from '../plan.ts';
import type { PrivacyCall } from '../port.ts';
import type { Sending } from './sending.ts';
import type { FirstRead } from './terms.ts';

/** How the writes of a call went. */
export interface Course {
  /** What holds in the end. */
  readonly proof: Proof | undefined;
  /** One for each requested field. */
  readonly judged: readonly Judged[];
  /** All that was written, be it to put something back. */
  readonly written: readonly FieldUpdate[];
  /** Whether a write may have landed behind the last read, or may land yet. */
  readonly mayLand: boolean;
}

/** Writes the fields, and finds out what came of it. */
export type Policy = (
  call: PrivacyCall,
  fields: readonly FieldUpdate[],
  first: FirstRead | undefined,
) => Promise<Course>;

/** A write that failed with one of these may still land. */
const MAY_LAND: ReadonlySet<PartialFailureCode> = new Set(['TIMED_OUT', 'CONNECTION_LOST', 'UNVERIFIED']);

/** Of a call that put nothing back. */
export function courseOf({ fields, proof }: Sending): Course {
  const judged = fields.map((field) => judge(field, proof));
  const mayLand = judged.some(({ failure }) => failure && MAY_LAND.has(failure.code));
  return { proof, judged, written: fields, mayLand };
}

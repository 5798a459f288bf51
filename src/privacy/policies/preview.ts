import type { PrivacyField } from '../fields.ts';
import type { RequestedChange } from '../outcome.ts';
import { fieldsToWrite, planUpdate } from '../plan.ts';
import { losesList } from './old-lists.ts';
import { readsFirst, type UpdateTerms } from './terms.ts';
import { shown, type Snapshot } from '../settings.ts';
import { asksTimer } from '../timer.ts';
import { unsupportedAmong, warningsAbout, type PrivacyWarning } from './warnings.ts';

/** One field that would be written; as in outcomes, enum names or texts on the wire. */
export interface PlannedStep {
  readonly field: PrivacyField;
  /** Undefined where it is not known. */
  readonly from: string | undefined;
  readonly to: string;
}

/** What an update would do. */
export interface UpdatePreview {
  /** In the order of the stanzas. */
  readonly steps: readonly PlannedStep[];
  readonly unchanged: readonly PrivacyField[];
  /** How many it would send where nothing goes wrong, its reads included. */
  readonly stanzas: number;
  readonly warnings: readonly PrivacyWarning[];
}

/** What an update on these terms would do where the account holds what the view shows. */
export function previewUpdate(
  view: Snapshot,
  changes: readonly RequestedChange[],
  terms: UpdateTerms = {},
): UpdatePreview {
  const fields = planUpdate(view, changes, 0);
  const { onFailure = 'CONTINUE' } = terms;
  const writes = fieldsToWrite(fields, onFailure);
  const steps = writes.map(({ spec, previous, wire }) => ({
    field: spec.field,
    from: previous === undefined ? undefined : shown(spec, previous),
    to: shown(spec, wire),
  }));
  const reads = readsFirst(terms);
  // The timer has a stanza of its own, right behind.
  const read = asksTimer(changes) ? 2 : 1;
  // What a first read shows is the proof itself, where nothing is written behind it.
  const readBack = !reads || steps.length > 0 ? read : 0;
  // Each exclusion list that would be dropped is read before, to be put back.
  const lists = onFailure === 'ROLLBACK' ? writes.filter(losesList).length : 0;
  return {
    steps,
    unchanged: fields.filter(({ plan }) => plan === 'held').map(({ spec }) => spec.field),
    stanzas: (reads ? read : 0) + lists + steps.length + readBack,
    warnings: [...warningsAbout(view, changes), ...unsupportedAmong(view, changes)],
  };
}

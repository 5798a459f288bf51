import type { Reply } from '../wire/reply.ts';
import { fieldSpecs, TIMER, type FieldSpec, type PrivacyField } from './fields.ts';
import type { RequestedChange } from './outcome.ts';
import type { FailurePolicy } from './policies/terms.ts';
import { wireValue, type Snapshot } from './settings.ts';

/** One requested field on its way through an update. */
export interface FieldUpdate {
  readonly spec: FieldSpec;
  /** The requested value, on the wire. */
  readonly wire: string;
  /** What the plan's view held, on the wire. */
  readonly previous: string | undefined;
  /**
   * `write`: differs from the view. `held`: the view has it already, so no stanza. `unsupported`: the account's own
   * snapshot lacks the category; writing one that an account does not have has locked people out of WhatsApp Web.
   * `unknown`: the timer, which every account has, was asked for and not shown; it waits for a read that shows it.
   */
  readonly plan: 'write' | 'held' | 'unsupported' | 'unknown';
  /** What the first write replaced, on the wire; undefined where that is not known. */
  replaced: string | undefined;
  /** The field whose failure is why this one was not written. */
  skippedAfter: PrivacyField | undefined;
  /** Resolves when the last write that was sent is answered, or given up; undefined where none was sent. */
  answered: Promise<void> | undefined;
  /** The reply to the last write that left, once it is in; `unsent` where none did. */
  reply: Reply | undefined;
  /** Whether a write left that WhatsApp did not refuse, as far as is known. */
  wasWritten: boolean;
  /** How many changes made elsewhere were announced when this field was last written, or when the call began. */
  announcements: number;
}

/** What each requested field needs, in the order in which stanzas leave. */
export function planUpdate(
  view: Snapshot,
  changes: readonly RequestedChange[],
  announcements: number,
): readonly FieldUpdate[] {
  const wanted = new Map(changes.map((change) => [change.field, change.wire]));
  const updates = fieldSpecs.flatMap((spec): FieldUpdate[] => {
    const wire = wanted.get(spec.field);
    if (wire === undefined) return [];
    const previous = wireValue(view, spec);
    // guard: a category that the account lacks is never written, else true
    const isSupported = view.categories.has(spec.category);
    // guard: what the view holds already is not written, else 'write'
    const planned = previous === wire ? 'held' : 'write';
    const missing = spec.category === TIMER ? 'unknown' : 'unsupported';
    const plan = isSupported ? planned : missing;
    return [
      {
        spec,
        wire,
        previous,
        plan,
        replaced: previous,
        skippedAfter: undefined,
        answered: undefined,
        reply: undefined,
        wasWritten: false,
        announcements,
      },
    ];
  });
  // guard: stanzas leave in the order of the table, else updates.toReversed()
  return updates;
}

/** Which of these are written as planned, in this order, as long as nothing fails. */
export function fieldsToWrite(fields: readonly FieldUpdate[], onFailure: FailurePolicy): readonly FieldUpdate[] {
  const unsupported = fields.findIndex(({ plan }) => plan === 'unsupported');
  const end = { CONTINUE: fields.length, STOP: unsupported, ROLLBACK: 0 }[onFailure];
  return fields.slice(0, unsupported === -1 ? fields.length : end).filter(({ plan }) => plan === 'write');
}

/** Resolves when every write of these that was sent is answered, or given up. */
export async function allAnswered(fields: readonly FieldUpdate[]): Promise<void> {
  await Promise.all(fields.flatMap(({ answered }) => answered ?? []));
}

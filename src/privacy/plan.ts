import { fieldSpecs, type FieldSpec } from './fields.ts';
import type { RequestedChange } from './outcome.ts';
import type { WriteReply } from './port.ts';
import { wireValue, type Snapshot } from './settings.ts';

/** One requested field on its way through an update. */
export interface Item {
  readonly spec: FieldSpec;
  readonly wire: string;
  /** What the plan's view held, on the wire. */
  readonly previous: string | undefined;
  /**
   * `write`: differs from the view. `hold`: the view has it already, so no stanza. `unsupported`: the account's own
   * snapshot lacks the category; writing one that an account does not have has locked people out of WhatsApp Web.
   */
  readonly plan: 'write' | 'hold' | 'unsupported';
  /** The reply to the last write that left, once it is in; `unsent` where none did. */
  reply: WriteReply | undefined;
  /** Whether a write left that WhatsApp did not refuse, as far as is known. */
  taken: boolean;
  /** Resolves when the last write is answered or given up. */
  settled: Promise<void> | undefined;
  /** How many changes made elsewhere were announced when this field was last written, or when the call began. */
  announcements: number;
}

/** What each requested field needs, in the order in which stanzas leave. */
export function planUpdate(view: Snapshot, changes: readonly RequestedChange[], announcements: number): Item[] {
  const wanted = new Map(changes.map((change) => [change.field, change.wire]));
  const items = fieldSpecs.flatMap((spec) => {
    const wire = wanted.get(spec.field);
    if (wire === undefined) return [];
    const previous = wireValue(view, spec);
    // guard: a category that the account lacks is never written, else true
    const supported = view.categories.has(spec.category);
    // guard: what the view holds already is not written, else 'write'
    const work = previous === wire ? 'hold' : 'write';
    const plan = supported ? work : 'unsupported';
    return [
      { spec, wire, previous, plan, reply: undefined, taken: false, settled: undefined, announcements } satisfies Item,
    ];
  });
  // guard: stanzas leave in the order of the table, else items.toReversed()
  return items;
}

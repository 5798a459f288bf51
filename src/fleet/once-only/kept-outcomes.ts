import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { specOf } from '../../privacy/fields.ts';
import type { BlockAction, BlocklistOutcome } from '../../privacy/blocklist/blocklist.ts';
import type { NamedContact } from '../../privacy/contacts/contact.ts';
import type { ExclusionChange, ExclusionField, ExclusionsOutcome } from '../../privacy/lists/exclusions.ts';
import type { RequestedChange, UpdateOutcome } from '../../privacy/outcome.ts';
import type { UpdateTerms } from '../../privacy/policies/terms.ts';
import type { KeptOutcome } from '../../storage/outcomes.ts';

/** How the outcome of one kind of call is kept as text. */
export interface OutcomeForm<Outcome> {
  readonly version: number;
  stringify(outcome: Outcome): string;
  /** Undefined where it is in a form of a version that is not known here. */
  parse(kept: KeptOutcome): Outcome | undefined;
}

/** What was asked for with a key, and in what form its outcome is kept. */
export interface KeyedRequest<Outcome> {
  /** The same for the same call alone: no two kinds of call have a text in common. */
  readonly text: string;
  readonly form: OutcomeForm<Outcome>;
}

/**
 * Who changes the form of an outcome gives it another version, and goes on reading the one before for a day: so long are
 * outcomes kept, and a service that was updated meanwhile has to answer with them.
 */
const UPDATE: OutcomeForm<UpdateOutcome> = {
  version: 2,
  stringify: (outcome) =>
    JSON.stringify({
      ...outcome,
      snapshot: outcome.snapshot && { ...outcome.snapshot, categories: [...outcome.snapshot.categories] },
    }),
  parse: ({ version, text }) => {
    if (version !== 1 && version !== 2) return undefined;
    const stored = JSON.parse(text) as UpdateOutcome & { snapshot?: { categories: [string, string][] } };
    const { snapshot } = stored;
    return {
      ...stored,
      snapshot: snapshot && { ...snapshot, categories: new Map(snapshot.categories) },
      // Version 1 had none.
      warnings: version === 1 ? [] : stored.warnings,
    };
  },
};

/**
 * The same for the same changes, in whatever order they were asked for, on the same terms. It names no kind, and no terms
 * that are those of every call without any: keys that are kept have it so.
 */
export function privacyUpdate(
  changes: readonly RequestedChange[],
  { onFailure = 'CONTINUE', ifObservedAt }: UpdateTerms = {},
): KeyedRequest<UpdateOutcome> {
  const wanted = changes.map(({ field, wire }) => `${specOf(field).category}=${wire}`).toSorted();
  const terms = [
    ...(onFailure === 'CONTINUE' ? [] : [{ onFailure }]),
    ...(ifObservedAt === undefined ? [] : [{ ifObservedAt }]),
  ];
  return { text: JSON.stringify([...wanted, ...terms]), form: UPDATE };
}

/**
 * Of outcomes that JSON holds as they are. Packed: a list of 1,000 contacts takes 106 KB as JSON and 30 KB so, for half a
 * millisecond, and thousands of them are kept for a caller.
 */
const packedForm = <Outcome>(): OutcomeForm<Outcome> => ({
  version: 1,
  stringify: (outcome) => deflateRawSync(JSON.stringify(outcome), { level: 3 }).toString('base64'),
  parse: ({ version, text }) =>
    version === 1 ? (JSON.parse(inflateRawSync(Buffer.from(text, 'base64')).toString()) as Outcome) : undefined,
});

const EXCLUSIONS = packedForm<ExclusionsOutcome>();
const BLOCKLIST = packedForm<BlocklistOutcome>();

/** As the caller wrote them, in that order: so does the outcome name them. */
const textsOf = (contacts: readonly NamedContact[]): string[] => contacts.map(({ text }) => text);

export const exclusionsUpdate = (field: ExclusionField, change: ExclusionChange): KeyedRequest<ExclusionsOutcome> => ({
  text: JSON.stringify([
    'exclusions',
    field,
    change.kind === 'replace'
      ? { replace: textsOf(change.contacts) }
      : { add: textsOf(change.add), remove: textsOf(change.remove) },
  ]),
  form: EXCLUSIONS,
});

export const blocklistUpdate = (
  action: BlockAction,
  contacts: readonly NamedContact[],
): KeyedRequest<BlocklistOutcome> => ({
  text: JSON.stringify(['blocklist', action, textsOf(contacts)]),
  form: BLOCKLIST,
});

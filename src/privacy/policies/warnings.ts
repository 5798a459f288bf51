import { fieldSpecs, specOf, TIMER, type PrivacyField } from '../fields.ts';
import type { RequestedChange } from '../outcome.ts';
import { wireValue, type Snapshot } from '../settings.ts';

export type PrivacyWarningCode =
  | 'MATCHES_EVERYONE'
  | 'RECIPROCAL_RECEIPTS'
  | 'NOBODY_EXCLUDED'
  | 'SILENCED_NOT_BLOCKED'
  | 'HIDDEN_IN_TURN'
  | 'UNSUPPORTED';

/** What to know about a requested value. It does not stop the update. */
export interface PrivacyWarning {
  readonly code: PrivacyWarningCode;
  readonly field: PrivacyField;
  readonly message: string;
}

interface Rule {
  readonly code: PrivacyWarningCode;
  readonly fields: readonly PrivacyField[];
  /** By wire values: what is asked for, what the account holds, and what is asked for or else held of another field. */
  readonly applies: (
    wire: string,
    held: string | undefined,
    willBe: (field: PrivacyField) => string | undefined,
  ) => boolean;
  readonly message: string;
}

const HIDING: ReadonlySet<string | undefined> = new Set(['contacts', 'contact_blacklist', 'none']);

/** By what protocol.md and WhatsApp's own words say of the values. */
const RULES: readonly Rule[] = [
  {
    code: 'MATCHES_EVERYONE',
    fields: ['ONLINE'],
    applies: (wire, _held, willBe) => wire === 'match_last_seen' && willBe('LAST_SEEN') === 'all',
    message: 'MATCH_LAST_SEEN changes nothing while lastSeen is ALL: everyone sees both',
  },
  {
    code: 'HIDDEN_IN_TURN',
    fields: ['LAST_SEEN'],
    applies: (wire) => HIDING.has(wire),
    message: 'WhatsApp hides in turn: the account does not see the last seen of those who do not see its own',
  },
  {
    code: 'HIDDEN_IN_TURN',
    fields: ['ONLINE'],
    applies: (wire, _held, willBe) => wire === 'match_last_seen' && HIDING.has(willBe('LAST_SEEN')),
    message:
      'WhatsApp hides in turn: the account does not see whether those are online who do not see it of the account',
  },
  {
    code: 'RECIPROCAL_RECEIPTS',
    fields: ['READ_RECEIPTS'],
    applies: (wire) => wire === 'none',
    message: "Read receipts are reciprocal: the account does not see others' either. Groups still have them",
  },
  {
    code: 'SILENCED_NOT_BLOCKED',
    fields: ['CALL_ADD'],
    applies: (wire) => wire === 'known',
    message: 'KNOWN silences the calls of unknown callers, it does not block them: they still show among the calls',
  },
  {
    code: 'NOBODY_EXCLUDED',
    fields: fieldSpecs.filter(({ exclusions }) => exclusions).map(({ field }) => field),
    applies: (wire, held) => wire === 'contact_blacklist' && held !== wire,
    message:
      'CONTACT_BLACKLIST begins with nobody on its list, so it means all contacts until updatePrivacyExclusions puts someone on it',
  },
];

/**
 * The warnings about these changes, in their order, where the account holds that. A field that the account does not have is
 * none of their concern: it is not written.
 */
export function warningsAbout(view: Snapshot, changes: readonly RequestedChange[]): PrivacyWarning[] {
  const wanted = new Map(changes.map(({ field, wire }) => [field, wire]));
  const willBe = (field: PrivacyField): string | undefined => wanted.get(field) ?? wireValue(view, specOf(field));
  return changes
    .filter(({ field }) => view.categories.has(specOf(field).category))
    .flatMap(({ field, wire }) => {
      const held = wireValue(view, specOf(field));
      const rules = RULES.filter(({ fields, applies }) => fields.includes(field) && applies(wire, held, willBe));
      return rules.map(({ code, message }) => ({ code, field, message }));
    });
}

/**
 * The same for fields that the account does not have: they fail, and nothing is written for them. The timer is not among
 * them: a view may lack it because nobody asked.
 */
export const unsupportedAmong = (view: Snapshot, changes: readonly RequestedChange[]): PrivacyWarning[] =>
  changes
    .filter(({ field }) => specOf(field).category !== TIMER && !view.categories.has(specOf(field).category))
    .map(({ field }) => ({
      code: 'UNSUPPORTED',
      field,
      message: `WhatsApp reports no "${specOf(field).category}" category for this account, so it is not written`,
    }));

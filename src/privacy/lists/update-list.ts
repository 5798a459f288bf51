import { wasRefused } from '../contacts/contact-update.ts';
import type { ContactBook } from '../contacts/contact-book.ts';
import { judgeContact } from '../contacts/judge-contact.ts';
import { ListRun } from '../contacts/list-run.ts';
import { lookUp, type ContactCause } from '../contacts/look-up.ts';
import { Members } from '../contacts/members.ts';
import { type FieldSpec, specOf } from '../fields.ts';
import { counted } from '../call-variants.ts';
import type { UpdateRun } from '../outcome.ts';
import type { PrivacyCall } from '../port.ts';
import { type Snapshot, wireValue } from '../settings.ts';
import { ExclusionKind } from './exclusion-kind.ts';
import type { ExclusionChange, ExclusionField, ExclusionsOutcome } from './exclusions.ts';
import { CONTACT_BLACKLIST } from './list-stanzas.ts';
import { namedIn, planList } from './plan-list.ts';
import { withoutVersion } from './read-list.ts';

/**
 * Brings the list behind one field to what is requested: look-up and read of the list at once, then mode and members in
 * one write, and a read-back right behind it. A list that was changed elsewhere meanwhile is written as it is then.
 * @throws PrivetError TIMEOUT, BAD_USER_INPUT, CONFLICT; ListUnreadError. Nothing was written.
 */
export async function updateList(
  given: PrivacyCall,
  book: ContactBook,
  view: Snapshot,
  field: ExclusionField,
  change: ExclusionChange,
): Promise<UpdateRun<ExclusionsOutcome>> {
  const call = counted(given);
  const spec = specOf(field);
  // guard: the list of a category that the account lacks is never written, else false
  if (!view.categories.has(spec.category)) return unsupported(spec, change);
  const kind = new ExclusionKind(call, field);
  const run = new ListRun(call, kind);
  const [found, { active, contacts }] = await Promise.all([lookUp(call, book, namedIn(change)), run.begin()]);
  const members = new Members(contacts);
  const updates = planList(change, members, found, call.usesLid());
  if (change.kind === 'replace') kind.replaced = { active, members, updates };
  await run.run(updates);
  // WhatsApp refuses all of them because of one who is not there any more. The next call asks who they are.
  if (updates.some(wasRefused)) for (const each of namedIn(change)) book.drop(each);
  const { outcome, wrote, ...rest } = run.result(call.port.sent);
  const { list } = outcome;
  return {
    ...rest,
    outcome: { ...outcome, list: list && withoutVersion(list) },
    changedSettings: (list?.active ?? wrote) !== (wireValue(view, spec) === CONTACT_BLACKLIST),
  };
}

/** Writing a category that an account does not have has locked people out of WhatsApp Web. */
function unsupported({ category }: FieldSpec, change: ExclusionChange): UpdateRun<ExclusionsOutcome> {
  const cause: ContactCause = {
    code: 'UNSUPPORTED',
    message: `WhatsApp reports no "${category}" category for this account, so its list was not written`,
    retryable: false,
  };
  const judged = namedIn(change).map(({ text }) =>
    judgeContact({ text, wants: 'listed', who: { cause }, writes: [] }, undefined),
  );
  return {
    outcome: {
      list: undefined,
      outcomes: judged.map(({ outcome }) => outcome),
      failures: judged.flatMap(({ failure }) => failure ?? []),
      stanzas: 0,
    },
    writesAnswered: Promise.resolve(),
    unanswered: () => false,
    mayLand: false,
  };
}

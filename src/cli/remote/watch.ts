import type { CommandIo } from '../io.ts';
import { jsonLine, table, visible } from '../output.ts';
import { fieldRows, settingsTable } from './fields.ts';
import { PrivacyChangesDocument, type ShownSettingsFragment } from './gql/graphql.ts';
import { remoteCommand } from './options.ts';
import { Session } from './session.ts';
import { timeWord } from './words.ts';

/** What is another value now, a line each; what is not there any more has none. */
const changesBetween = (before: ShownSettingsFragment, now: ShownSettingsFragment): string[][] => {
  const earlier = new Map(fieldRows(before));
  return fieldRows(now)
    .filter(([field, value]) => earlier.get(field) !== value)
    .map(([field, value]) => [field, earlier.get(field) ?? '-', value ?? '-']);
};

const STALE = 'They may have changed since: the instance is not connected, or a change is not read yet';

export const watchPrivacy = (io: CommandIo) =>
  remoteCommand('watch')
    .description(
      `Shows the settings, then each change of them, also those made on the phone, until Ctrl-C.
Where the connection is lost it is made again. It ends when the instance is deleted.`,
    )
    .argument('<instance>', 'Its name or its id')
    .action(async (instance, options) => {
      const session = new Session(io, options);
      let before: ShownSettingsFragment | undefined;
      for await (const { privacy } of session.watch(PrivacyChangesDocument, { instance, timer: true })) {
        if (session.asJson) {
          io.say(jsonLine(privacy));
        } else if (before) {
          for (const [field = '', from = '', to = ''] of changesBetween(before, privacy)) {
            io.say(visible(`${timeWord(privacy.observedAt)}  ${field}  ${from} → ${to}`));
          }
          if (privacy.stale !== before.stale) io.say(privacy.stale ? STALE : 'They are known to hold');
        } else {
          const { head, rows } = settingsTable(privacy);
          io.say(table(head, rows));
          if (privacy.stale) io.say(STALE);
        }
        before = privacy;
      }
      if (!session.client.signal.aborted) session.note('The instance was deleted');
    });

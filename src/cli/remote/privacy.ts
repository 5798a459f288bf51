import { Argument, Command, Option } from '@commander-js/extra-typings';
import { EXIT_CODES, ExitError } from '../exit-codes.ts';
import type { CommandIo } from '../io.ts';
import { visible } from '../output.ts';
import { CHANGE_WORDS, changesIn, FAILURE_POLICY, FIELDS_HELP, settingsTable } from './fields.ts';
import {
  PlanPrivacyDocument,
  type PlanPrivacyQuery,
  PrivacyDocument,
  type ShownWarningFragment,
  UpdatePrivacyDocument,
  type UpdatePrivacyInput,
  type UpdatePrivacyMutation,
} from './gql/graphql.ts';
import { keyOption, OVER_HTTP, remoteCommand } from './options.ts';
import { type Rows, Session } from './session.ts';
import { watchPrivacy } from './watch.ts';
import { timeWord, valueWord, wordOf } from './words.ts';

const getPrivacy = (io: CommandIo) =>
  remoteCommand('get')
    .description(
      'Reads an instance’s privacy settings, freshly from WhatsApp.\n"-": WhatsApp does not report it for the account.',
    )
    .argument('<instance>', 'Its name or its id')
    .action(async (instance, options) => {
      const session = new Session(io, options);
      const { privacy } = await session.client.call(PrivacyDocument, { instance, timer: true });
      session.show([privacy], ([settings = privacy]) => settingsTable(settings));
      session.note(`As WhatsApp showed them at ${timeWord(privacy.observedAt)} UTC`);
    });

interface UpdateOptions {
  readonly ifObservedAt?: string | undefined;
}

const inputOf = (changes: readonly string[], { ifObservedAt }: UpdateOptions): UpdatePrivacyInput => ({
  ...changesIn(changes),
  ...(ifObservedAt !== undefined && { ifObservedAt }),
});

const changesArgument = (description: string) => {
  const argument = new Argument('<field=value...>', description);
  // For completion alone: the words of the API are taken too.
  argument.argChoices = [...CHANGE_WORDS];
  return argument;
};

const TIME_OPTION = [
  '--if-observed-at <time>',
  'Only where no setting is known to have changed since: the observedAt of what you saw',
] as const;

const showWarnings = ({ io, asJson }: Session, warnings: readonly ShownWarningFragment[]): void => {
  // In JSON they are beside the outcomes.
  if (asJson) return;
  for (const { field, message } of warnings) io.complain(visible(`Warning: ${wordOf(field)}: ${message}`));
};

type Plan = NonNullable<PlanPrivacyQuery['planPrivacy']>;

const planTable = ({ steps, unchanged }: Plan): Rows => ({
  head: ['FIELD', 'FROM', 'TO'],
  rows: [
    ...steps.map(({ field, from, to }) => [wordOf(field), valueWord(from), wordOf(to)]),
    ...unchanged.map((field) => [wordOf(field), 'holds it already', '-']),
  ],
});

const planPrivacy = (io: CommandIo) =>
  remoteCommand('plan')
    .description('Says what "privacy set" would do, and changes nothing.')
    .argument('<instance>', 'Its name or its id')
    .addArgument(changesArgument('What would be set'))
    .option(...TIME_OPTION)
    .addHelpText('after', FIELDS_HELP)
    .action(async (instance, changes, options) => {
      const input = inputOf(changes, options);
      const session = new Session(io, options);
      const { planPrivacy: plan } = await session.client.call(PlanPrivacyDocument, { instance, input });
      session.show([plan], () => planTable(plan));
      showWarnings(session, plan.warnings);
      session.note(`It would send ${plan.stanzas} ${plan.stanzas === 1 ? 'stanza' : 'stanzas'} to WhatsApp`);
    });

type Updated = NonNullable<UpdatePrivacyMutation['updatePrivacy']>;

const PUT_BACK = new Map<boolean | null, string>([
  [true, 'put back'],
  [false, 'not shown to be put back'],
]);

const outcomeTable = ({ outcomes, failures }: Updated): Rows => ({
  head: ['FIELD', 'WANTED', 'BEFORE', 'NOW', 'RESULT', 'WHY'],
  rows: outcomes.map(({ field, requested, previous, current, result, rolledBack }) => {
    const failure = failures.find((failed) => failed.field === field);
    const why = failure && `${failure.message}${failure.retryable ? ' (another try may succeed)' : ''}`;
    const values = [wordOf(requested), valueWord(previous), valueWord(current)];
    const reasons = [why, PUT_BACK.get(rolledBack)].filter((text) => text !== undefined);
    return [wordOf(field), ...values, failure ? wordOf(failure.code) : wordOf(result), reasons.join('; ') || '-'];
  }),
});

const onFailureOption = () => {
  const option = new Option(
    '--on-failure <policy>',
    'What happens to the other fields when one fails; continue if left out',
  );
  option.argChoices = [...FAILURE_POLICY.words];
  return option.argParser(FAILURE_POLICY.parse);
};

const setPrivacy = (io: CommandIo) =>
  remoteCommand('set')
    .description(
      `Changes privacy settings, and says of each what a fresh read from WhatsApp shows then.
NOW is what WhatsApp holds, also where a field failed; exit code 3 where one did.`,
    )
    .argument('<instance>', 'Its name or its id')
    .addArgument(changesArgument('What to set, such as last-seen=none profile=contacts'))
    .option(...TIME_OPTION)
    .addOption(onFailureOption())
    .addOption(keyOption())
    .addHelpText('after', FIELDS_HELP)
    .action(async (instance, changes, options) => {
      const { onFailure = null } = options;
      const input = { ...inputOf(changes, options), onFailure };
      const timer = typeof input.privacy?.defaultDisappearing === 'string';
      const session = new Session(io, options);
      const variables = { instance, input, timer };
      const { idempotencyKey } = options;
      const { updatePrivacy: updated } = await session.client.call(UpdatePrivacyDocument, variables, idempotencyKey);
      session.show([updated], () => outcomeTable(updated));
      showWarnings(session, updated.warnings);
      const { outcomes, failures } = updated;
      if (failures.length === 0) return;
      const fields = outcomes.length === 1 ? 'field does' : 'fields do';
      throw new ExitError(EXIT_CODES.partlyFailed, `${failures.length} of ${outcomes.length} ${fields} not hold`);
    });

export const privacyCommand = (io: CommandIo) =>
  new Command('privacy')
    .helpGroup(OVER_HTTP)
    .description('The privacy settings of an instance.')
    .addCommand(getPrivacy(io))
    .addCommand(setPrivacy(io))
    .addCommand(planPrivacy(io))
    .addCommand(watchPrivacy(io));

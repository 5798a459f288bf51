import { Argument, Command } from '@commander-js/extra-typings';
import { EXIT_CODES, ExitError } from '../exit-codes.ts';
import type { CommandIo } from '../io.ts';
import type { Answered } from './client.ts';
import { EXCLUSION_FIELD } from './fields.ts';
import {
  BlockDocument,
  BlockedDocument,
  ExclusionsDocument,
  type ShownFailureFragment,
  type ShownOutcomeFragment,
  type TypedDocumentString,
  UnblockDocument,
  type UpdateExclusionsInput,
  UpdateExclusionsDocument,
} from './gql/graphql.ts';
import { keyOption, OVER_HTTP, remoteCommand } from './options.ts';
import { type Rows, Session } from './session.ts';
import { timeWord, wordOf } from './words.ts';

interface Contact {
  readonly phoneNumber: string | null;
  readonly lid: string | null;
}

/** What became of each contact of a call. */
interface Changed {
  readonly outcomes: readonly ShownOutcomeFragment[];
  readonly failures: readonly ShownFailureFragment[];
}

const WHOM = 'Each a phone number with its country code, in quotes where it has spaces, or a JID';
const instanceArgument = () => new Argument('<instance>', 'Its name or its id');
const contactsArgument = () => new Argument('<contact...>', WHOM);
const fieldArgument = () => {
  const argument = new Argument('<field>', `Whose list it is: ${EXCLUSION_FIELD.words.join(', ')}`);
  argument.argChoices = [...EXCLUSION_FIELD.words];
  return argument.argParser(EXCLUSION_FIELD.parse);
};

const contactTable = (contacts: readonly Contact[]): Rows => ({
  head: ['NUMBER', 'LID'],
  rows: contacts.map(({ phoneNumber, lid }) => [phoneNumber === null ? '-' : `+${phoneNumber}`, lid ?? '-']),
});

const changedTable = ({ outcomes, failures }: Changed): Rows => ({
  head: ['CONTACT', 'RESULT', 'WHY'],
  rows: outcomes.map(({ contact, result }) => {
    const failure = failures.find((failed) => failed.contact === contact);
    const why = failure && `${failure.message}${failure.retryable ? ' (another try may succeed)' : ''}`;
    return [contact, wordOf(failure?.code ?? result), why ?? '-'];
  }),
});

/** @throws ExitError where not all of it holds. */
const showChanged = (session: Session, changed: Changed): void => {
  session.show([changed], () => changedTable(changed));
  const { outcomes, failures } = changed;
  if (failures.length === 0) return;
  const contacts = outcomes.length === 1 ? 'contact' : 'contacts';
  throw new ExitError(
    EXIT_CODES.partlyFailed,
    `It does not hold for ${failures.length} of ${outcomes.length} ${contacts}`,
  );
};

const listExclusions = (io: CommandIo) =>
  remoteCommand('list')
    .description('Lists the contacts whom a field leaves out, freshly read from WhatsApp.')
    .addArgument(instanceArgument())
    .addArgument(fieldArgument())
    .action(async (instance, field, options) => {
      const session = new Session(io, options);
      const { privacyExclusions: list } = await session.client.call(ExclusionsDocument, { instance, field });
      session.show([list], () => contactTable(list.contacts));
      session.note(
        list.active
          ? `As WhatsApp showed them at ${timeWord(list.observedAt)} UTC`
          : `${wordOf(field)} is not set to contact-blacklist, so there is no list`,
      );
    });

const changeExclusions = (
  io: CommandIo,
  [name, description]: readonly [string, string],
  inputOf: (contacts: string[]) => UpdateExclusionsInput,
) =>
  remoteCommand(name)
    .description(`${description}\n1,000 contacts at most; one that is not on WhatsApp does not stop the others.`)
    .addArgument(instanceArgument())
    .addArgument(fieldArgument())
    .addArgument(contactsArgument())
    .addOption(keyOption())
    .action(async (instance, field, contacts, options) => {
      const session = new Session(io, options);
      const variables = { instance, field, input: inputOf(contacts) };
      const { updatePrivacyExclusions: changed } = await session.client.call(
        UpdateExclusionsDocument,
        variables,
        options.idempotencyKey,
      );
      showChanged(session, changed);
    });

export const exclusionsCommand = (io: CommandIo) =>
  new Command('exclusions')
    .helpGroup(OVER_HTTP)
    .description('The contacts whom a field leaves out: "my contacts, except …".')
    .addCommand(listExclusions(io))
    .addCommand(
      changeExclusions(
        io,
        ['add', 'Leaves contacts out, and sets the field to contact-blacklist in the same write.'],
        (add) => ({ add }),
      ),
    )
    .addCommand(
      changeExclusions(io, ['remove', 'Takes contacts off the list of those whom a field leaves out.'], (remove) => ({
        remove,
      })),
    );

const changeBlocked = <R>(
  io: CommandIo,
  [name, description]: readonly [string, string],
  document: TypedDocumentString<R, { instance: string; contacts: string[] }>,
  changedIn: (data: Answered<R>) => Changed,
) =>
  remoteCommand(name)
    .description(`${description}\n100 contacts at most; one that is not on WhatsApp does not stop the others.`)
    .addArgument(instanceArgument())
    .addArgument(contactsArgument())
    .addOption(keyOption())
    .action(async (instance, contacts, options) => {
      const session = new Session(io, options);
      showChanged(
        session,
        changedIn(await session.client.call(document, { instance, contacts }, options.idempotencyKey)),
      );
    });

export const blockCommand = (io: CommandIo) =>
  changeBlocked(io, ['block', 'Blocks contacts.'], BlockDocument, (data) => data.blockContacts);

export const unblockCommand = (io: CommandIo) =>
  changeBlocked(io, ['unblock', 'Unblocks contacts.'], UnblockDocument, (data) => data.unblockContacts);

export const blockedCommand = (io: CommandIo) =>
  remoteCommand('blocked')
    .description('Lists the contacts whom an account has blocked, freshly read from WhatsApp.')
    .addArgument(instanceArgument())
    .action(async (instance, options) => {
      const session = new Session(io, options);
      const { blockedContacts: blocked } = await session.client.call(BlockedDocument, { instance });
      session.show([blocked], () => contactTable(blocked.contacts));
      session.note(`As WhatsApp showed them at ${timeWord(blocked.observedAt)} UTC`);
    });

import { Command, type CommandUnknownOpts, Help } from '@commander-js/extra-typings';
import { VERSION } from '../version.ts';
import { accountCommand } from './commands/account.ts';
import { backupCommand, restoreCommand } from './commands/backup.ts';
import { instanceCommand } from './commands/instance.ts';
import { keysCommand } from './commands/keys.ts';
import { migrateFromCommand } from './commands/migrate-from.ts';
import { nodesCommand } from './commands/nodes.ts';
import { tokenCommand } from './commands/token.ts';
import { EXIT_CODES_HELP } from './exit-codes.ts';
import { completionCommand } from './completion/completion.ts';
import type { CommandIo } from './io.ts';
import { blockCommand, blockedCommand, exclusionsCommand, unblockCommand } from './remote/contacts.ts';
import { pairInstance } from './remote/pair.ts';
import { privacyCommand } from './remote/privacy.ts';
import { serveCommand } from './serve.ts';

/** The command and all below it. */
export const commandTree = (command: CommandUnknownOpts): CommandUnknownOpts[] => [
  command,
  ...command.commands.flatMap(commandTree),
];

/** The words that run a command, such as `privet token create`. */
export const commandPath = (command: CommandUnknownOpts): string =>
  command.parent ? `${commandPath(command.parent)} ${command.name()}` : command.name();

const isGroup = ({ commands }: CommandUnknownOpts): boolean => commands.length > 0;

/** Lists the commands of groups as well, each as it is called, with the first line of its description. */
const helpFormat: Partial<Help> = {
  formatHelp(command, helper) {
    const plain = new Help();
    helper.visibleCommands = (group) =>
      plain.visibleCommands(group).flatMap((sub) => (isGroup(sub) ? sub.commands : [sub]));
    return plain.formatHelp(command, helper);
  },
  subcommandTerm: (command) => `${commandPath(command)} ${command.usage()}`.replace(' [options]', ''),
  // What there is to choose from is in the description, where it is not in a list of its own.
  argumentDescription: ({ description }) => description,
  subcommandDescription: (command) => command.description().split('\n')[0] ?? '',
};

/** `privet nope --help` is wrong use. Commander would show the help of `privet` and report success. */
const refuseUnknownWord = ({ command }: { readonly command: CommandUnknownOpts }): string => {
  const [word = '-'] = command.args;
  if (isGroup(command) && !word.startsWith('-')) command.error(`error: unknown command '${word}'`);
  return '';
};

const HELP_GROUP = 'More:';
const ON_DATA_FOLDER = 'On the data folder (or the database) alone, beside a service or without one:';

const AFTER_HELP = `
The configuration comes from the environment: see the tables in README.md.
${EXIT_CODES_HELP}`;

/** The whole command line. It prints to `io`. */
export const createProgram = (io: CommandIo): CommandUnknownOpts => {
  const version = new Command('version')
    .helpGroup(HELP_GROUP)
    .description('Shows the version, as --version does.')
    .action(() => io.say(VERSION));
  // Commander's own help command looks at the first word alone: `privet help token create` would not work.
  const help = new Command('help')
    .helpGroup(HELP_GROUP)
    .description('Shows this, or a command’s options, as --help does.')
    .argument('[command...]')
    .action(async (words) => void (await program.parseAsync([...words, '--help'], { from: 'user' })));
  const program: CommandUnknownOpts = new Command('privet')
    .description(
      'Reads and changes the privacy settings of linked WhatsApp accounts over GraphQL. Without a command: serve.',
    )
    .version(VERSION, '--version', 'Show the version')
    .helpOption('-h, --help', 'Show this')
    .addHelpText('beforeAll', refuseUnknownWord)
    .addHelpText('after', AFTER_HELP)
    // Options after a command belong to that command.
    .enablePositionalOptions()
    .configureHelp(helpFormat)
    .configureOutput({
      writeOut: (text) => io.say(text.replace(/\n$/, '')),
      writeErr: (text) => io.complain(text.replace(/\n$/, '')),
      // runCli prints the message, with those of all other errors.
      outputError: () => {},
    })
    .addCommand(serveCommand(io).helpGroup('The service:'))
    .addCommand(instanceCommand(io))
    .addCommand(pairInstance(io))
    .addCommand(privacyCommand(io))
    .addCommand(exclusionsCommand(io))
    .addCommand(blockCommand(io))
    .addCommand(unblockCommand(io))
    .addCommand(blockedCommand(io))
    .addCommand(accountCommand(io))
    .addCommand(tokenCommand(io))
    .addCommand(nodesCommand(io))
    .addCommand(backupCommand(io))
    .addCommand(restoreCommand(io))
    .addCommand(keysCommand(io))
    .addCommand(migrateFromCommand(io))
    .addCommand(completionCommand(io, () => program).helpGroup(HELP_GROUP))
    .addCommand(version)
    .addCommand(help);
  for (const command of commandTree(program)) {
    command.copyInheritedSettings(program).helpCommand(false);
    if (command.helpGroup() === '') command.helpGroup(ON_DATA_FOLDER);
  }
  return program;
};

import { Command, type CommandUnknownOpts, Help } from '@commander-js/extra-typings';
import { VERSION } from '../version.ts';
import { accountCommand } from './commands/account.ts';
import { backupCommand, restoreCommand } from './commands/backup.ts';
import { instanceCommand } from './commands/instance.ts';
import { keysCommand } from './commands/keys.ts';
import { migrateFromCommand } from './commands/migrate-from.ts';
import { tokenCommand } from './commands/token.ts';
import type { CommandIo } from './io.ts';
import { serveCommand } from './serve.ts';

/** The command and all below it. */
export const commandTree = (command: CommandUnknownOpts): CommandUnknownOpts[] => [
  command,
  ...command.commands.flatMap(commandTree),
];

/** The words that call it, such as `privet token create`. */
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
  subcommandDescription: (command) => command.description().split('\n')[0] ?? '',
};

/** Help about a word that is no command is wrong use: commander would show what there is and count it as done. */
const refuseUnknownWord = ({ command }: { readonly command: CommandUnknownOpts }): string => {
  const [word = '-'] = command.args;
  if (isGroup(command) && !word.startsWith('-')) command.error(`error: unknown command '${word}'`);
  return '';
};

const AFTER_HELP = `
The configuration comes from the environment: see the table in README.md.
Exit codes: 0 done, 1 failed, 2 wrong use or a variable with a bad value.`;

/** Every command of the command line, with what it prints going to `io`. */
export const createProgram = (io: CommandIo): CommandUnknownOpts => {
  const version = new Command('version')
    .description('Shows the version, as --version does.')
    .action(() => io.say(VERSION));
  // Of all its words, where commander's own looks at the first alone.
  const help = new Command('help')
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
    // An option that comes after a command is that command's.
    .enablePositionalOptions()
    .configureHelp(helpFormat)
    .configureOutput({
      writeOut: (text) => io.say(text.replace(/\n$/, '')),
      writeErr: (text) => io.complain(text.replace(/\n$/, '')),
      // The error says it too, and is told in one place with all others.
      outputError: () => {},
    })
    .addCommand(serveCommand(io))
    .addCommand(accountCommand(io))
    .addCommand(tokenCommand(io))
    .addCommand(instanceCommand(io))
    .addCommand(backupCommand(io))
    .addCommand(restoreCommand(io))
    .addCommand(keysCommand(io))
    .addCommand(migrateFromCommand(io))
    .addCommand(version)
    .addCommand(help);
  for (const command of commandTree(program)) {
    command.copyInheritedSettings(program).helpCommand(false);
  }
  return program;
};

import { Argument, Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import type { CommandIo } from '../io.ts';
import { bashScript } from './bash.ts';
import { fishScript } from './fish.ts';
import { wordsOf } from './words.ts';
import { zshScript } from './zsh.ts';

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript };
const SHELLS = ['bash', 'zsh', 'fish'] as const;

/** @param program the whole command line, once it is made. */
export const completionCommand = (io: CommandIo, program: () => CommandUnknownOpts) =>
  new Command('completion')
    .description(
      `Prints what makes a shell complete commands, options, fields, values and the names of instances.
bash: source <(privet completion bash), in ~/.bashrc. zsh: the same, in ~/.zshrc behind compinit. fish: privet completion fish > ~/.config/fish/completions/privet.fish`,
    )
    .addArgument(new Argument('<shell>', SHELLS.join(', ')).choices(SHELLS))
    .action((shell) => io.say(SCRIPTS[shell](wordsOf(program())).trimEnd()));

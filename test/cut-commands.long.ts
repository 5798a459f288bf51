import { cutCommands, cutOtherRotations } from './support/cut-commands.ts';

cutCommands(1);
cutOtherRotations(1);

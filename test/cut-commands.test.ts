import { cutCommands } from './support/cut-commands.ts';

// At each write, and all ways to rotate, in the long tests.
cutCommands(4);

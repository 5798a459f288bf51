import { expect } from 'vitest';
import type { LinkedInstance, TestPrivet } from './privet.ts';
import type { PersonsTerminal } from './terminal.ts';

/** One run of a command, by a person at a terminal or with `--json`. */
interface Run {
  /** What stands behind the command. */
  readonly args: readonly string[];
  /** What the person does while it runs. */
  readonly meanwhile?: (terminal: PersonsTerminal) => Promise<void>;
  /** Default: 0. */
  readonly exitCode?: number;
  /** The whole screen in the end: the cells of each line. */
  readonly screen: readonly (readonly unknown[])[];
  /** Whether it moves the cursor, to draw over what it has drawn. */
  readonly draws?: true;
  /** What the lines of JSON hold. */
  readonly json: readonly unknown[];
  /** What stands on the screen beside them. */
  readonly besideJson?: RegExp;
  /** Sees whether it was done. */
  readonly after?: () => unknown;
}

type Prepare = (shop: LinkedInstance, privet: TestPrivet) => Run | Promise<Run>;

/** A command by the words that run it, with what this run of it is about. */
export type RemoteRun = readonly [command: string, about: string, prepare: Prepare];

/** The line below what was read. */
export const AS_SHOWN = [expect.stringMatching(/^As WhatsApp showed them at \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/)];

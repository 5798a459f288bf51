/** What a command gets from the process, so that it can be run without one. */
export interface CommandIo {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted when the command is to end. */
  readonly signal: AbortSignal;
  /** The id of the parent process now: another one's once that has ended. */
  ppid(): number;
  /** Whether it is to go on without its parent, since their terminal went away; never, if left out. */
  isLeftAlone?(): boolean;
  /** A line for people, on stdout. */
  say(line: string): void;
  /** A line about what is wrong, on stderr. */
  complain(line: string): void;
}

/** What a command needs of the process; tests pass their own. */
export interface CommandIo {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted when the command must end. */
  readonly signal: AbortSignal;
  /** The id of the parent process. It changes when the parent ends. */
  ppid(): number;
  /** Whether the process goes on without its parent, since their terminal was closed. Default: false. */
  isDetached?(): boolean;
  /** Prints a line on stdout. */
  say(line: string): void;
  /** Prints a line about an error or a warning on stderr. */
  complain(line: string): void;
}

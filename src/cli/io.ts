/** A terminal that stdout is. */
export interface Terminal {
  readonly columns: number;
  readonly rows: number;
  /** Writes what may move the cursor. */
  write(text: string): void;
}

/** What a command needs of the process; tests pass their own. */
export interface CommandIo {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted when the command must end. */
  readonly signal: AbortSignal;
  /** Undefined where stdout is none. */
  readonly terminal?: Terminal | undefined;
  /** Asks the person at the terminal; an empty answer where the input ended. Undefined where nobody is there to ask. */
  readonly ask?: ((question: string) => Promise<string>) | undefined;
  /** Aborted once nobody reads stdout any more. */
  readonly unread?: AbortSignal | undefined;
  /** The id of the parent process. It changes when the parent ends. */
  ppid(): number;
  /** Whether the process goes on without its parent, since their terminal was closed. Default: false. */
  isDetached?(): boolean;
  /** Prints a line on stdout. */
  say(line: string): void;
  /** Prints a line about an error or a warning on stderr. */
  complain(line: string): void;
}

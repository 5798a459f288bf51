/** One guard of the service, and how to remove it. */
export interface Guard {
  readonly name: string;
  /** From the root of the project. */
  readonly file: string;
  /** Text that stands there exactly once, so that the table can not outlive the code. */
  readonly find: string;
  /** The same without the guard. */
  readonly replace: string;
}

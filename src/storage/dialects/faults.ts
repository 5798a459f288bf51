/** What a database said went wrong, whichever database it is. What none of these names is no fault that is known. */
export type Fault =
  /** Another process has locked the file. */
  | 'busy'
  /** The server does not answer, or takes no more for now; it may have done what was asked. */
  | 'away'
  /** It undid the transaction, or the statement, for the sake of another one: the same works at once. */
  | 'undone'
  /** No room for what was to be written. */
  | 'full'
  /** There is such a row already. */
  | 'unique'
  /** Another rule of the tables forbids it. */
  | 'constraint'
  /** The disk did not read or write. */
  | 'io'
  /** The file is damaged, or no database. */
  | 'corrupt';

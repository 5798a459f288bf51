/** What went wrong, in words for all databases. An error without one of these is unknown. */
export type Fault =
  /** Another process has locked the file. */
  | 'busy'
  /** The server does not answer, or accepts nothing for now. It may have carried out the statement. */
  | 'away'
  /** It rolled the transaction or statement back in favour of another one: the same works at once. */
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

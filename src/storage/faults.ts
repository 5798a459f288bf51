/** What a database said went wrong, whichever database it is. What none of these names is no fault that is known. */
export type Fault =
  /** It is in use by others, or does not answer: the same may work a little later. */
  | 'busy'
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

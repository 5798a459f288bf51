import type { Stanza } from '../../wire/stanza.ts';
import type { FieldSpec } from '../fields.ts';
import { writeStanza } from '../stanzas.ts';

/** What a field held before a call wrote it. */
export interface OldValue {
  /** On the wire. One outside the field's enum as well: it was the account's own. */
  readonly wire: string;
}

/** How a field is put back, whatever belongs to its old value. */
export const putBackStanza = ({ category }: FieldSpec, { wire }: OldValue): Stanza => writeStanza(category, wire);

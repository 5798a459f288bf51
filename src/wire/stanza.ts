/** One XML-like node on the wire. */
export interface Stanza {
  tag: string;
  attrs: Record<string, string>;
  content?: Stanza[] | string | Uint8Array;
}

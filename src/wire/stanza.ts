/** One XML-like node on the wire. */
export interface Stanza {
  tag: string;
  attrs: Record<string, string>;
  content?: Stanza[] | string | Uint8Array;
}

export const childrenOf = ({ content }: Stanza): readonly Stanza[] => (Array.isArray(content) ? content : []);

/** The first child of this tag. */
export const childOf = (stanza: Stanza, tag: string): Stanza | undefined =>
  childrenOf(stanza).find((child) => child.tag === tag);

/** The types whose objects can be had by their id. */
export const NODE_TYPES = ['Instance', 'PrivacySettings', 'PrivacyExclusions', 'BlockedContacts', 'Token'] as const;
export type NodeType = (typeof NODE_TYPES)[number];

/**
 * An id that no object of another type has: client caches keep objects by it. Readable, so that it can be found in a log,
 * which names instances and tokens by what stands behind the ":".
 */
export const encodeGlobalId = (type: string, id: string | number | bigint): string => `${type}:${id}`;

/** The type is empty where the text is no such id: that is for those to judge who know the types. */
export function decodeGlobalId(text: string): { readonly typename: string; readonly id: string } {
  const colon = text.indexOf(':');
  return { typename: text.slice(0, Math.max(0, colon)), id: text.slice(colon + 1) };
}

/** What stands behind the ":" of an id of that type; undefined for any other text. */
export function idOfType(type: NodeType | 'Account', text: string): string | undefined {
  const { typename, id } = decodeGlobalId(text);
  return typename === type ? id : undefined;
}

/** The id within its type, from itself or from the global one. */
export const localId = (type: NodeType | 'Account', text: string): string => idOfType(type, text) ?? text;

/** The id of the instance that a global id is of, or belongs to; undefined for any other text. */
export function instanceIdIn(text: string): string | undefined {
  const { typename, id } = decodeGlobalId(text);
  if (typename === 'PrivacyExclusions') return partsOfExclusions(id).instanceId;
  return typename === 'Instance' || typename === 'PrivacySettings' || typename === 'BlockedContacts' ? id : undefined;
}

/** An instance has a list of each field: its id names both. */
export const exclusionsId = (instanceId: string, field: string): string => `${instanceId}:${field}`;

export function partsOfExclusions(id: string): { readonly instanceId: string; readonly field: string } {
  const colon = id.lastIndexOf(':');
  return { instanceId: id.slice(0, Math.max(0, colon)), field: id.slice(colon + 1) };
}

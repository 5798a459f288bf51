import type { LinkTrace } from './trace.ts';

/** WhatsApp itself said that this device is logged out. */
export function saysLogout({ serverWord: word }: LinkTrace): boolean {
  if (word?.kind === 'failure') return word.reason === 401;
  if (word?.kind !== 'stream_error') return false;
  if (word.conflict !== undefined) return word.conflict === 'device_removed';
  return word.code === 401 || word.code === 516;
}

/** WhatsApp said that another client logged in with the same credentials. */
export const saysReplaced = ({ serverWord: word }: LinkTrace): boolean =>
  word?.kind === 'stream_error' && word.conflict === 'replaced';

export const saysFailure = ({ serverWord: word }: LinkTrace, ...reasons: number[]): boolean =>
  word?.kind === 'failure' && reasons.includes(word.reason);

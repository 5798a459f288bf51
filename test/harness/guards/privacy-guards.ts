import type { Guard } from './guard.ts';

/** How an update proves what it says. */
export const PRIVACY_GUARDS: readonly Guard[] = [
  { name: 'proof is read after the last write', breaks: 'proof is read after the last write', seed: 103 },
  { name: 'nothing is sent with under 5 s left', breaks: 'nothing is sent late', seed: 259 },
  { name: 'a request waits 10 s at most', breaks: 'requests end in time', seed: 1 },
  { name: 'a request that never left is not counted', breaks: 'stanzas are counted', seed: 5 },
  { name: 'nothing is written over an announced change', breaks: 'never over an announced change', seed: 191 },
  { name: 'nothing is written over an unknown value', breaks: 'a second write needs a read', seed: 121 },
  {
    name: 'only what was acknowledged is written again',
    breaks: 'only what was acknowledged is written again',
    seed: 18,
  },
  {
    name: 'a write is repeated only after a read behind its reply',
    breaks: 'only what was acknowledged is written again',
    seed: 12,
  },
  { name: 'a read that came before the replies is not the last word', breaks: 'failures tell the truth', seed: 1 },
  { name: 'what no read shows does not hold', breaks: 'no settings, no success', seed: 10 },
  { name: 'what was acknowledged but not shown does not hold', breaks: 'applied means shown', seed: 9 },
  { name: 'a refused write is not APPLIED', breaks: 'applied means written', seed: 496 },
  { name: 'a mismatch is told by a read behind the reply', breaks: 'failures tell the truth', seed: 12 },
  { name: 'a category that the account lacks is never written', breaks: 'what differs is written, in order', seed: 6 },
  { name: 'what the view holds already is not written', breaks: 'what differs is written, in order', seed: 1 },
  { name: 'stanzas leave in the order of the table', breaks: 'what differs is written, in order', seed: 1 },
  { name: 'the value "error" proves nothing', breaks: 'current is what the read showed', seed: 157 },
  { name: 'a read without <privacy> proves nothing', breaks: 'subscriptions never go back', seed: 2 },
  { name: 'nothing is written behind a failure', breaks: 'STOP stops', seed: 17 },
  {
    name: 'nothing is put back over an announced change',
    breaks: 'nothing is put back over an announced change',
    seed: 128,
  },
  {
    name: 'what was read before something was put back is no proof',
    breaks: 'proof is read after the last write',
    seed: 148,
  },
  {
    name: 'nothing is written over settings that the caller did not see',
    breaks: 'nothing is written over what the caller did not see',
    seed: 8,
  },
  { name: 'STOP ends with the first failure', breaks: 'STOP stops', seed: 17 },
  { name: 'what a call changed is put back', breaks: 'a rollback puts back what it can', seed: 85 },
  { name: 'a list is back where a read shows its members', breaks: 'rolled back means shown', seed: 214 },
];

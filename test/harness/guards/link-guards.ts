import type { Guard } from './guard.ts';

/** The view of one instance, its turns, and its one link. */
export const LINK_GUARDS: readonly Guard[] = [
  { name: 'an older read never overwrites a newer one', breaks: 'subscriptions never go back', seed: 1 },
  { name: 'only changes are published', breaks: 'subscriptions show changes', seed: 1 },
  { name: 'a late answer is not newer than one to a later read', breaks: 'applied means shown', seed: 1 },
  { name: 'a shared read is no proof', breaks: 'requests end in time', seed: 1 },
  { name: 'a reader joins no read that is on its way', breaks: 'reads are fresh', seed: 1 },
  { name: 'an announcement during a read needs another read', breaks: 'the subscription shows the truth', seed: 1 },
  { name: 'an announcement during the first read reads again', breaks: 'the subscription shows the truth', seed: 282 },
  { name: 'what no read has shown is asked for again', breaks: 'the subscription shows the truth', seed: 8 },
  { name: 'an idle link is probed', breaks: 'idle links are probed', seed: 16 },
  { name: 'an unanswered write ends the link', breaks: 'an unanswered write ends the link', seed: 1 },
  { name: 'the next update waits until the last one is settled', breaks: 'one update at a time', seed: 1 },
  { name: 'an ended link is not open to calls', breaks: 'updates do not use a link that is gone', seed: 1 },
  { name: 'what was written and not read is read again', breaks: 'the subscription shows the truth', seed: 6 },
  {
    name: 'a link that ended with its first answer is not used',
    breaks: 'updates do not use a link that is gone',
    seed: 1,
  },
  { name: 'update turns', breaks: 'one update at a time', seed: 1 },
  { name: 'updates that wait are bounded', breaks: 'updates are bounded', seed: 34 },
  { name: 'frames wait for what they depend on', breaks: 'stored before acknowledged', seed: 1 },
  { name: 'a failed commit ends the link', breaks: 'a link ends when its store fails', seed: 11 },
  { name: 'only a result counts as one', breaks: 'only a result is one', seed: 7 },
  { name: 'requests end with their link', breaks: 'requests end with their link', seed: 2 },
];

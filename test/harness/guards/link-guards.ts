import type { Guard } from './guard.ts';

/** The view of one instance, its turns, and the link that it works over. */
export const LINK_GUARDS: readonly Guard[] = [
  { name: 'an older read never overwrites a newer one', breaks: 'subscriptions never go back', seed: 3 },
  { name: 'only changes are published', breaks: 'subscriptions show changes', seed: 1 },
  { name: 'a late answer is not newer than one to a later read', breaks: 'applied means shown', seed: 34 },
  { name: 'a shared read is no proof', breaks: 'requests end in time', seed: 1 },
  { name: 'a reader joins no read that is on its way', breaks: 'reads are fresh', seed: 1 },
  { name: 'an announcement during a read needs another read', breaks: 'the subscription shows the truth', seed: 19 },
  { name: 'an announcement during the first read reads again', breaks: 'the subscription shows the truth', seed: 69 },
  { name: 'a timer that is known is read again on each link', breaks: 'the subscription shows the timer', seed: 761 },
  { name: 'what no read has shown is asked for again', breaks: 'the subscription shows the truth', seed: 1 },
  { name: 'an idle link is probed', breaks: 'idle links are probed', seed: 14 },
  { name: 'an unanswered write ends the link', breaks: 'an unanswered write ends the link', seed: 8 },
  { name: 'the next update waits until the last one is over', breaks: 'an unanswered write ends the link', seed: 4 },
  { name: 'what was written and not read is read again', breaks: 'the subscription shows the truth', seed: 23 },
  {
    name: 'a link that ended with its first answer is not used',
    breaks: 'updates do not use a link that is gone',
    seed: 213,
  },
  { name: 'update turns', breaks: 'one update at a time', seed: 1 },
  { name: 'updates that wait are bounded', breaks: 'updates are bounded', seed: 3 },
];

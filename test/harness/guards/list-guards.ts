import type { Guard } from './guard.ts';

/** How a change of a list of contacts proves what it says. */
export const LIST_GUARDS: readonly Guard[] = [
  {
    name: 'a list is proven by a read behind the last write',
    breaks: 'a list is proven behind the last write',
    seed: 8,
  },
  { name: 'a contact is where a read shows it', breaks: 'ADDED and ALREADY_LISTED mean shown', seed: 1 },
  { name: 'a refused write puts nobody on a list', breaks: 'ADDED means written', seed: 85 },
  { name: 'a replace replaces the list that was read', breaks: 'a replace replaces what was read', seed: 113 },
  { name: 'a replace tells of whom it did not expect', breaks: 'a replace tells of everybody', seed: 60 },
  // WhatsApp refuses to be asked for it, too: then the call fails, and nothing of the account gives the reason.
  {
    name: 'the list of a category that the account lacks is never written',
    breaks: 'one never affects another',
    seed: 58,
  },
  { name: 'a list read without <privacy> proves nothing', breaks: 'lists are the call’s own read', seed: 2 },
  { name: 'a blocklist read without a list proves nothing', breaks: 'lists are the call’s own read', seed: 105 },
  {
    name: 'a list that there may be is not emptied by the value alone',
    breaks: 'a list that is known of is not emptied',
    seed: 54,
  },
];

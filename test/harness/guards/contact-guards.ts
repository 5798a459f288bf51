import type { Guard } from './guard.ts';

/** Lists of people: what they show is proven, and what others do to them is not undone. */
export const CONTACT_GUARDS: readonly Guard[] = [
  { name: 'a list that was changed elsewhere is not replaced', breaks: 'a replace replaces what was read', seed: 354 },
];

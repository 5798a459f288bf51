import { ATTEMPT_GUARDS } from './attempt-guards.ts';
import type { Guard } from './guard.ts';
import { LINK_GUARDS } from './link-guards.ts';
import { LIST_GUARDS } from './list-guards.ts';
import { NODE_GUARDS } from './node-guards.ts';
import { PRIVACY_GUARDS } from './privacy-guards.ts';
import { SESSION_GUARDS } from './session-guards.ts';

/** Every guard whose removal the harness must notice. */
export const GUARDS: readonly Guard[] = [
  ...PRIVACY_GUARDS,
  ...LIST_GUARDS,
  ...LINK_GUARDS,
  ...ATTEMPT_GUARDS,
  ...SESSION_GUARDS,
  ...NODE_GUARDS,
];

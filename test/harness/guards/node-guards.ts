import type { Guard } from './guard.ts';

const onNodes = (guards: readonly Omit<Guard, 'nodes'>[]): Guard[] =>
  guards.map((guard) => ({ ...guard, nodes: true }));

/** What keeps several nodes from doing one thing twice: seeds of three nodes. */
export const NODE_GUARDS: readonly Guard[] = onNodes([
  { name: 'a write is fenced by the epoch', breaks: 'no stale write is stored', seed: 4 },
  { name: 'a write is fenced by the run of the service', breaks: 'no stale write is stored', seed: 7 },
  { name: 'a mute node asks nothing of WhatsApp', breaks: 'a mute node asks nothing', seed: 19 },
  { name: 'a mute node writes nothing', breaks: 'a mute node writes nothing', seed: 3 },
  { name: 'a mute node logs nothing in', breaks: 'only the owner connects', seed: 74 },
  { name: 'a login does not leave a node that went mute meanwhile', breaks: 'only the owner asks', seed: 22 },
  {
    name: 'a node claims from the dead once its own lease was unbroken for as long as one lasts',
    breaks: 'no claim within the grace',
    seed: 15,
  },
  { name: 'a lease ends by the wall clock', breaks: 'a mute node asks nothing', seed: 22 },
  { name: 'a lease ends by the monotonic clock', breaks: 'a mute node writes nothing', seed: 234 },
  {
    name: 'what others took while a node was mute ends before it speaks again',
    breaks: 'only the owner asks',
    seed: 125,
  },
  {
    name: 'what stays with its node stays under the next epoch',
    breaks: 'only the owner asks',
    seed: 285,
  },
  { name: 'what others have taken ends here', breaks: 'only the owner asks', seed: 22 },
]);

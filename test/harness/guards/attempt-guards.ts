import type { Guard } from './guard.ts';

/** One connection attempt, from its first byte to the close of its socket. */
export const ATTEMPT_GUARDS: readonly Guard[] = [
  { name: 'silence is given up', breaks: 'silence is given up within 10 s', seed: 19 },
  { name: 'an attempt that is not open in time is given up', breaks: 'CONNECTING is left within 30 s', seed: 15 },
  { name: 'a QR lives as long as is said', breaks: 'a QR is shown with its end', seed: 74 },
  { name: 'only a confirmed pairing code is shown', breaks: 'a code that is shown can be typed', seed: 3 },
  { name: 'a pairing without its code is over', breaks: 'every call ends within 30 s', seed: 79 },
  {
    name: 'a paired device does not wait for its restart for long',
    breaks: 'CONNECTING is left within 30 s',
    seed: 30,
  },
  { name: 'frames wait for what they depend on', breaks: 'stored before acknowledged', seed: 1 },
  { name: 'a failed commit ends the link', breaks: 'a link ends when its store fails', seed: 29 },
  { name: 'only a result counts as one', breaks: 'only a result is one', seed: 2 },
  { name: 'an ended link is not open to calls', breaks: 'an update outlives its link', seed: 1 },
  { name: 'a link that is being closed takes no request', breaks: 'an ended link takes no request', seed: 11 },
  {
    name: 'a link that the other side closes is not waited for',
    breaks: 'a link that WhatsApp closes is over soon',
    seed: 11,
  },
  { name: 'what came ahead of a closing handshake is read', breaks: 'a last word is heard', seed: 5 },
  { name: 'a deaf link is given up', breaks: 'a deaf link is given up within 30 s', seed: 113 },
  { name: 'requests end with their link', breaks: 'requests end with their link', seed: 1 },
];

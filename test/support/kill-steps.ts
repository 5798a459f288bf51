/** The steps of a pairing, in order, and whether the phone lists the device when the process is killed there. */
export const KILL_STEPS = {
  'pair-success received': { linked: false },
  'credentials committed': { linked: false },
  'signature sent': { linked: true },
  'restart asked for': { linked: true },
  'login begun': { linked: true },
  'login sent': { linked: true },
  'pre-keys written': { linked: true },
  'pre-keys committed': { linked: true },
  'pre-keys sent': { linked: true },
} as const;

export type KillStep = keyof typeof KILL_STEPS;

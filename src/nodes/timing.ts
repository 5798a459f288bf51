/** The times of a node, in milliseconds. All nodes of a database should have the same. */
export interface Timing {
  /** For how long a renewal lets it live, by the clock of the database. */
  readonly ttlMs: number;
  /** So long before that end, as it computes it, it is mute: what it sent last has arrived by then. */
  readonly marginMs: number;
  readonly renewEveryMs: number;
  /** After a renewal that failed. */
  readonly renewAgainMs: number;
  readonly claimEveryMs: number;
}

export const TIMING: Timing = {
  ttlMs: 6_000,
  marginMs: 1_000,
  renewEveryMs: 2_000,
  renewAgainMs: 250,
  claimEveryMs: 500,
};

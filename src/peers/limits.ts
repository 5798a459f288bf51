/** Times and bounds of the questions between nodes. Times in milliseconds. */
export const PEER_LIMITS = {
  /** Until a connection is there and the other node has proven who it is. */
  connectMs: 1_500,
  /** How often a connection is tried by a PING, and how long without an answer it counts as gone. */
  pingMs: 500,
  silentMs: 2_500,
  /** After so long without a question the asker closes its connection. */
  idleMs: 60_000,
  /** Above any call's time: a question that leaves its own out, or too long, ends then. */
  longestMs: 600_000,
  /** How many other nodes one asks at a time. */
  connections: 64,
  /** How many questions and streams at once over one connection. */
  openAtOnce: 8_192,
  requestBytes: 4 * 2 ** 20,
  answerBytes: 16 * 2 ** 20,
  /** For so long a connection that nobody has proven himself on stays, and how many of those there may be. */
  unknownMs: 3_000,
  unknownConnections: 32,
  /** How many connections of those who have: each node has one. */
  knownConnections: 256,
  /** How many requests without a mark that holds end a connection. */
  refusals: 8,
  /** How long running questions have to finish once a node stops listening. Below `silentMs`: Node pings no closing session. */
  closeMs: 1_000,
} as const satisfies Record<string, number>;

export type PeerLimits = { readonly [name in keyof typeof PEER_LIMITS]: number };

/** Node's own bounds, for both ends: it refuses streams once a connection takes this much memory, in megabytes. */
export const SESSION_OPTIONS = {
  maxSessionMemory: 256,
  maxHeaderListPairs: 32,
  maxSendHeaderBlockLength: 8 * 1024,
} as const;

/** What may be on its way over one connection, all streams together, in bytes. */
export const CONNECTION_WINDOW = 2 ** 20;

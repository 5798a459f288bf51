import type { CacheStore } from '@whiskeysockets/baileys';
import { silentLogger } from './silent-logger.ts';
import { uncompressed } from './frames/uncompressed.ts';

/**
 * Remembers nothing. Baileys' own caches are for sending messages again and for showing calls; each costs some thirty
 * maps and a timer a socket, and has no bound but time.
 */
const noCache: CacheStore = {
  get: () => undefined,
  set: () => undefined,
  del: () => undefined,
  flushAll: () => undefined,
};

/** What one privacy service needs and no more: no history, no messages, not online, no queries of its own. */
export const LIGHT_SOCKET = {
  fireInitQueries: false,
  markOnlineOnConnect: false,
  syncFullHistory: false,
  shouldSyncHistoryMessage: () => false,
  emitOwnEvents: false,
  enableAutoSessionRecreation: false,
  enableRecentMessageCache: false,
  getMessage: () => Promise.resolve(undefined),
  cachedGroupMetadata: () => Promise.resolve(undefined),
  maxMsgRetryCount: 0,
  msgRetryCounterCache: noCache,
  userDevicesCache: noCache,
  callOfferCache: noCache,
  placeholderResendCache: noCache,
  connectTimeoutMs: 15_000,
  defaultQueryTimeoutMs: 10_000,
  // As good as never: src/wire/keep-alive.ts does it.
  keepAliveIntervalMs: 2 ** 31 - 1,
  // One Baileys transaction is one of the database's, tried once: a failure ends the link.
  transactionOpts: { maxCommitRetries: 1, delayBetweenTriesMs: 0 },
  agent: uncompressed,
  logger: silentLogger,
} as const;

import { hash, randomBytes } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import type { TokenRecord } from '../../storage/tokens.ts';
import type { Storage } from '../../storage/storage.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { type Principal, TOKEN_SCOPES } from '../principal.ts';
import { hashToken, MAX_TOKEN_LENGTH, MIN_TOKEN_LENGTH, parseToken, sameHash } from './tokens.ts';

/** How long a result is cached. A revocation that this process is not told of takes effect within this time; 1 s is promised. */
const CACHE_MS = 500;
/** Bounds the cache, which holds valid tokens only. */
const CACHE_SIZE = 10_000;
/** The precision of `last_used_at`, which saves a write for each call. */
const TOUCH_MS = 60_000;

export const isActive = (token: TokenRecord, now: number): boolean =>
  token.revokedAt === undefined && (token.expiresAt === undefined || token.expiresAt > now);

const toPrincipal = (token: TokenRecord): Principal => ({
  tokenId: token.id,
  family: token.family ?? token.id,
  accountId: token.accountId,
  instanceId: token.instanceId,
  scopes: new Set(TOKEN_SCOPES.filter((scope) => token.scopes.includes(scope))),
  expiresAt: token.expiresAt,
});

interface Entry {
  readonly principal: Principal;
  readonly readAt: number;
}

/** Finds the principal of a token. */
export class Authenticator {
  readonly #storage: Storage;
  readonly #clock: Clock;
  readonly #log: Logger;
  /** Keyed by a salted hash, so that no token's text stays in memory. */
  readonly #recent = new Map<string, Entry>();
  /** Counts how often something was forgotten: what was read from before that may be what it was forgotten for. */
  #forgotten = 0;

  /** When this process last tried to store `last_used_at`, by token id: a failed write is not repeated at each call. */
  readonly #touched = new Map<string, number>();

  /** For a plain hash, which takes a tenth of the time of the keyed one: with the cache most calls need no other. */
  readonly #salt = randomBytes(16).toString('hex');

  constructor(storage: Storage, clock: Clock, log: Logger) {
    this.#storage = storage;
    this.#clock = clock;
    this.#log = log;
  }

  /**
   * Undefined for a token that is unknown, expired or revoked, all alike.
   * @throws StorageError when the database does not answer, which says nothing about the token.
   */
  authenticate(text: string, now: number): Principal | Promise<Principal | undefined> | undefined {
    if (text.length < MIN_TOKEN_LENGTH || text.length > MAX_TOKEN_LENGTH) return undefined;
    const key = hash('sha256', this.#salt + text, 'base64');
    const known = this.#recent.get(key);
    const age = known ? this.#clock.monotonic() - known.readAt : Infinity;
    if (known && age < CACHE_MS && (known.principal.expiresAt ?? Infinity) > now) return known.principal;
    this.#recent.delete(key);
    return this.#read(text, key, now);
  }

  async #read(text: string, key: string, now: number): Promise<Principal | undefined> {
    const forgotten = this.#forgotten;
    const token = await this.#find(text, hashToken(this.#storage.tokenKey, text));
    if (!token || !isActive(token, now)) return undefined;
    const principal = toPrincipal(token);
    if (forgotten === this.#forgotten) this.#keep(key, principal);
    this.#touch(token, now);
    return principal;
  }

  #keep(key: string, principal: Principal): void {
    if (this.#recent.size >= CACHE_SIZE) this.#recent.clear();
    this.#recent.set(key, { principal, readAt: this.#clock.monotonic() });
  }

  /** Tokens of that account are looked up anew, so that a change takes effect at once. */
  forget(accountId: string): void {
    this.#forgotten += 1;
    for (const [key, { principal }] of this.#recent) if (principal.accountId === accountId) this.#recent.delete(key);
  }

  async #find(text: string, hash: Uint8Array): Promise<TokenRecord | undefined> {
    const parsed = parseToken(text);
    const byId = parsed && (await this.#storage.tokens.findById(parsed.id));
    if (byId && sameHash(byId.hash, hash)) return byId;
    // The operator's token may have any form, even ours. A lookup by keyed hash leaks nothing through its timing.
    const byHash = await this.#storage.tokens.findByHash(hash);
    return byHash && sameHash(byHash.hash, hash) ? byHash : undefined;
  }

  /** Not awaited: a full disk or a busy database must not delay the call. */
  #touch(token: TokenRecord, now: number): void {
    if (token.lastUsedAt !== undefined && Math.abs(now - token.lastUsedAt) < TOUCH_MS) return;
    const monotonic = this.#clock.monotonic();
    const triedAt = this.#touched.get(token.id);
    if (this.#storage.isBusy || (triedAt !== undefined && monotonic - triedAt < TOUCH_MS)) return;
    if (this.#touched.size >= CACHE_SIZE) this.#touched.clear();
    this.#touched.set(token.id, monotonic);
    this.#storage.tokens
      .touch(token.id, now)
      .catch((err: unknown) => this.#log.warn({ err, tokenId: token.id }, 'could not note when the token was used'));
  }
}

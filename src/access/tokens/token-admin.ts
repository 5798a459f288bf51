import type { Clock } from '../../clock.ts';
import { PrivetError } from '../../errors.ts';
import type { Storage } from '../../storage/storage.ts';
import type { TokenPlace, TokenRecord } from '../../storage/tokens.ts';
import type { Principal, TokenScope } from '../principal.ts';
import { RateLimiter } from '../limits/rate-limit.ts';
import {
  INSTANCE_SCOPES,
  type IssuedToken,
  type TokenOrder,
  type TokenService,
  type UnsavedToken,
  type TokenView,
  toView,
} from './token-service.ts';

/** The part of an account that may be shown. */
export interface AccountView {
  readonly id: string;
  readonly label: string;
}

export interface FirstInstanceToken {
  readonly text: string;
  readonly recordFor: (...instance: Parameters<UnsavedToken['recordFor']>) => Promise<TokenRecord>;
}

export interface TokenPage {
  readonly tokens: readonly TokenView[];
  readonly hasNextPage: boolean;
}

/**
 * Lets a caller manage the tokens of its own account. Tokens of other accounts are NOT_FOUND, like those that do not exist.
 * A new token never has more scopes than the caller's, and never lives longer.
 *
 * New tokens are counted for each account, since each has an allowance of calls of its own.
 */
export interface TokenAdmin {
  /** The caller's own account; undefined when it is gone. */
  accountOf(caller: Principal): Promise<AccountView | undefined>;
  /** Undefined when the account has none of that id. */
  find(caller: Principal, tokenId: string): Promise<TokenView | undefined>;
  /** The oldest first, ended ones included. With `instanceId`: only that instance's. */
  page(
    caller: Principal,
    page: { readonly first: number; readonly after?: TokenPlace | undefined; readonly instanceId?: string | undefined },
  ): Promise<TokenPage>;
  /** The number of tokens on all pages. */
  count(caller: Principal, instanceId: string | undefined): Promise<number>;
  /**
   * A token for the account, or for one of its instances. The default scopes are the caller's, for an instance without
   * `admin`; the default end is the caller's.
   * @throws PrivetError FORBIDDEN when the caller lacks one of the scopes; BAD_USER_INPUT, also for an end after the
   * caller's; RateLimitError
   */
  create(caller: Principal, instanceId: string | undefined, order: TokenOrder): Promise<IssuedToken>;
  /** @throws PrivetError NOT_FOUND; FORBIDDEN when the caller lacks one of the token's scopes; RateLimitError */
  rotate(caller: Principal, tokenId: string, overlapMs: number): Promise<IssuedToken>;
  /**
   * A new token in place of all tokens of the instance.
   * @throws PrivetError FORBIDDEN when the caller has no scope to give; RateLimitError
   */
  rotateOfInstance(caller: Principal, instanceId: string): Promise<IssuedToken>;
  /**
   * The first token of a new instance, with the defaults of `create`. It counts once its record is asked for; with several
   * nodes at once, since they count in the database, which the transaction that makes the instance must not wait for.
   * @throws PrivetError FORBIDDEN; RateLimitError when no token can be made now
   */
  firstOfInstance(caller: Principal): Promise<FirstInstanceToken>;
  /** Returns the revoked token. @throws PrivetError NOT_FOUND */
  revoke(caller: Principal, tokenId: string): Promise<TokenView>;
  /** To be called after the caller has deleted an instance: its tokens went with it. */
  instanceDeleted(caller: Principal): Promise<void>;
}

const noSuchToken = (): PrivetError => new PrivetError('NOT_FOUND', 'There is no such token that works');

/** In upper case, as in GraphQL: only there can a token make another one. */
const named = (scopes: readonly string[]): string => scopes.map((scope) => scope.toUpperCase()).join(', ');

/** @throws PrivetError FORBIDDEN */
function requireScopes({ scopes }: Principal, wanted: readonly string[]): void {
  const known: ReadonlySet<string> = scopes;
  const missing = wanted.find((scope) => !known.has(scope));
  if (missing === undefined) return;
  const name = named([missing]);
  throw new PrivetError('FORBIDDEN', `This token lacks the scope "${name}", so it can not give it to another one`);
}

/** The default scopes of a new instance token. @throws PrivetError FORBIDDEN */
function instanceScopes({ scopes }: Principal): TokenScope[] {
  const given = INSTANCE_SCOPES.filter((scope) => scopes.has(scope));
  if (given.length > 0) return given;
  const names = named(INSTANCE_SCOPES);
  throw new PrivetError(
    'FORBIDDEN',
    `This token has none of the scopes ${names}, so it can not give them to another one`,
  );
}

/** @throws PrivetError BAD_USER_INPUT */
function expiryFor({ expiresAt: bound }: Principal, wanted: number | undefined): number | undefined {
  if (bound === undefined || wanted === undefined || wanted <= bound) return wanted ?? bound;
  const at = new Date(bound).toISOString();
  throw new PrivetError('BAD_USER_INPUT', `expiresAt must be ${at} at the latest, when this token ends itself`);
}

export interface TokenAdminOptions {
  readonly storage: Storage;
  readonly tokens: TokenService;
  readonly clock: Clock;
  /** Calls a minute and token. An account may make a fifth as many tokens a minute. */
  readonly rateLimit: number;
}

const CALLS_PER_NEW_TOKEN = 5;

export function createTokenAdmin({ storage, tokens, clock, rateLimit }: TokenAdminOptions): TokenAdmin {
  const most = Math.ceil(rateLimit / CALLS_PER_NEW_TOKEN);
  const tooMany = `This account has made its ${most} tokens a minute`;
  const newTokens = new RateLimiter(most, clock, tooMany, storage.shared && { ...storage.shared, name: 'tokens' });
  const find = async ({ accountId }: Principal, tokenId: string): Promise<TokenView | undefined> => {
    const found = await storage.tokens.findById(tokenId);
    return found?.accountId === accountId ? toView(found) : undefined;
  };
  const get = async (caller: Principal, tokenId: string): Promise<TokenView> => {
    const found = await find(caller, tokenId);
    if (!found) throw noSuchToken();
    return found;
  };

  return {
    find,
    accountOf: ({ accountId }) => storage.accounts.find(accountId),

    async page({ accountId }, { first, after, instanceId }) {
      const found = await storage.tokens.page(accountId, { first: first + 1, after, instanceId });
      const views = found.slice(0, first).map(toView);
      return { tokens: views, hasNextPage: found.length > first };
    },

    count: ({ accountId }, instanceId) => storage.tokens.count(accountId, instanceId),

    async create(caller, instanceId, order) {
      if (order.scopes) requireScopes(caller, order.scopes);
      const expiresAt = expiryFor(caller, order.expiresAt);
      const scopes = order.scopes ?? (instanceId === undefined ? [...caller.scopes] : instanceScopes(caller));
      await newTokens.count(caller.accountId);
      const bounded = { ...order, expiresAt, scopes };
      return instanceId === undefined
        ? tokens.issueAccountToken(caller.accountId, bounded)
        : tokens.issueInstanceToken(instanceId, bounded);
    },

    async rotate(caller, tokenId, overlapMs) {
      requireScopes(caller, (await get(caller, tokenId)).scopes);
      await newTokens.count(caller.accountId);
      return tokens.rotate(caller.accountId, tokenId, { overlapMs, expiresAt: caller.expiresAt });
    },

    async rotateOfInstance(caller, instanceId) {
      const scopes = instanceScopes(caller);
      await newTokens.count(caller.accountId);
      return tokens.rotateInstanceToken(instanceId, { overlapMs: 0, scopes, expiresAt: caller.expiresAt });
    },

    async firstOfInstance(caller) {
      if (storage.shared) await newTokens.count(caller.accountId);
      else newTokens.admit(caller.accountId);
      const { text, recordFor } = tokens.unsavedInstanceToken({
        scopes: instanceScopes(caller),
        expiresAt: caller.expiresAt,
      });
      const counted: FirstInstanceToken['recordFor'] = async (instance) => {
        if (!storage.shared) await newTokens.count(caller.accountId);
        return recordFor(instance);
      };
      return { text, recordFor: counted };
    },

    async revoke(caller, tokenId) {
      if (!(await tokens.revoke(caller.accountId, tokenId))) throw noSuchToken();
      return get(caller, tokenId);
    },

    instanceDeleted: ({ accountId }) => tokens.instanceDeleted(accountId),
  };
}

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
  type TokenToBe,
  type TokenView,
  toView,
} from './token-service.ts';

/** What may be shown of an account. */
export interface AccountView {
  readonly id: string;
  readonly label: string;
}

export interface FirstOfInstance {
  readonly text: string;
  readonly recordFor: (...instance: Parameters<TokenToBe['recordFor']>) => Promise<TokenRecord>;
}

export interface TokenPage {
  readonly tokens: readonly TokenView[];
  readonly hasNextPage: boolean;
}

/**
 * Tokens as a caller manages them: those of its own account. Another account's are NOT_FOUND, exactly like those that do
 * not exist. What a caller hands out never has more scopes than the caller itself, and never lives longer.
 *
 * Each token that is made counts, whoever of the account makes it: a new one has a new allowance of calls.
 */
export interface TokenAdmin {
  /** The caller's own account; undefined when it is gone. */
  accountOf(caller: Principal): Promise<AccountView | undefined>;
  /** Undefined when the account has none of that id. */
  find(caller: Principal, tokenId: string): Promise<TokenView | undefined>;
  /** The oldest first, also those that work no more; `instanceId`: only that instance's. */
  page(
    caller: Principal,
    page: { readonly first: number; readonly after?: TokenPlace | undefined; readonly instanceId?: string | undefined },
  ): Promise<TokenPage>;
  /** How many there are on all pages together. */
  count(caller: Principal, instanceId: string | undefined): Promise<number>;
  /**
   * A token for the account, or for one of its instances. Without scopes in the order it gets those of the caller, for
   * an instance all but `admin`; without an end, the caller's.
   * @throws PrivetError FORBIDDEN when the caller lacks one of the scopes; BAD_USER_INPUT, also for an end after the
   * caller's; RateLimitError
   */
  create(caller: Principal, instanceId: string | undefined, order: TokenOrder): Promise<IssuedToken>;
  /** @throws PrivetError NOT_FOUND; FORBIDDEN when the caller lacks one of the token's scopes; RateLimitError */
  rotate(caller: Principal, tokenId: string, overlapMs: number): Promise<IssuedToken>;
  /**
   * In place of all that the instance has.
   * @throws PrivetError FORBIDDEN when the caller has no scope to give; RateLimitError
   */
  rotateOfInstance(caller: Principal, instanceId: string): Promise<IssuedToken>;
  /**
   * The first token of an instance that is being made, as `create` gives it one. It counts once its record is asked for.
   * @throws PrivetError FORBIDDEN; RateLimitError when no token can be made now
   */
  firstOfInstance(caller: Principal): FirstOfInstance;
  /** The token, which works no more. @throws PrivetError NOT_FOUND */
  revoke(caller: Principal, tokenId: string): Promise<TokenView>;
}

const noSuchToken = (): PrivetError => new PrivetError('NOT_FOUND', 'There is no such token that works');

/** As GraphQL writes them: through it alone a token is made by another one. */
const named = (scopes: readonly string[]): string => scopes.map((scope) => scope.toUpperCase()).join(', ');

/** @throws PrivetError FORBIDDEN */
function requireScopes({ scopes }: Principal, wanted: readonly string[]): void {
  const known: ReadonlySet<string> = scopes;
  const missing = wanted.find((scope) => !known.has(scope));
  if (missing === undefined) return;
  const name = named([missing]);
  throw new PrivetError('FORBIDDEN', `This token lacks the scope "${name}", so it can not give it to another one`);
}

/** What an instance's token gets where nothing is said. @throws PrivetError FORBIDDEN */
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
  /** Calls a minute and token; an account makes a fifth as many tokens. */
  readonly rateLimit: number;
}

const CALLS_A_MAKING = 5;

export function createTokenAdmin({ storage, tokens, clock, rateLimit }: TokenAdminOptions): TokenAdmin {
  const most = Math.ceil(rateLimit / CALLS_A_MAKING);
  const makings = new RateLimiter(most, clock, `This account has made its ${most} tokens a minute`);
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
      await makings.count(caller.accountId);
      const bounded = { ...order, expiresAt, scopes };
      return instanceId === undefined
        ? tokens.issueAccountToken(caller.accountId, bounded)
        : tokens.issueInstanceToken(instanceId, bounded);
    },

    async rotate(caller, tokenId, overlapMs) {
      requireScopes(caller, (await get(caller, tokenId)).scopes);
      await makings.count(caller.accountId);
      return tokens.rotate(caller.accountId, tokenId, { overlapMs, expiresAt: caller.expiresAt });
    },

    async rotateOfInstance(caller, instanceId) {
      const scopes = instanceScopes(caller);
      await makings.count(caller.accountId);
      return tokens.rotateInstanceToken(instanceId, { overlapMs: 0, scopes, expiresAt: caller.expiresAt });
    },

    firstOfInstance(caller) {
      makings.admit(caller.accountId);
      const { text, recordFor } = tokens.instanceTokenToBe({
        scopes: instanceScopes(caller),
        expiresAt: caller.expiresAt,
      });
      const counted: FirstOfInstance['recordFor'] = async (instance) => {
        await makings.count(caller.accountId);
        return recordFor(instance);
      };
      return { text, recordFor: counted };
    },

    async revoke(caller, tokenId) {
      if (!(await tokens.revoke(caller.accountId, tokenId))) throw noSuchToken();
      return get(caller, tokenId);
    },
  };
}

import { type Clock, systemClock } from '../../clock.ts';
import { PrivetError } from '../../errors.ts';
import type { InstanceRecord } from '../../storage/instances.ts';
import type { Storage } from '../../storage/storage.ts';
import { RESERVED_LABELS, type TokenRecord } from '../../storage/tokens.ts';
import { type Logger, silentLogger } from '../../telemetry/logger.ts';
import { Authenticator, isActive } from './authenticator.ts';
import type { EndedTokens } from './ended-tokens.ts';
import { ensureFirstAccount, type FirstToken } from './first-account.ts';
import { type Principal, TOKEN_SCOPES, type TokenScope } from '../principal.ts';
import { hashToken, mintToken } from './tokens.ts';

/** The part of a token that may be shown. Times are epoch milliseconds. */
export type TokenView = Omit<TokenRecord, 'hash' | 'family'>;

export interface IssuedToken {
  /** Shown once; only its hash is kept. */
  readonly text: string;
  readonly token: TokenView;
}

/** A token that is not stored yet. */
export interface UnsavedToken {
  readonly text: string;
  readonly recordFor: (instance: Pick<InstanceRecord, 'id' | 'accountId'>) => TokenRecord;
}

export interface TokenOrder {
  readonly scopes?: readonly TokenScope[] | undefined;
  readonly label?: string | undefined;
  /** Epoch milliseconds; undefined: it does not expire. */
  readonly expiresAt?: number | undefined;
}

/** A token that replaces another one takes over its family, and with it its limits. */
type ReplacementOrder = TokenOrder & Pick<TokenRecord, 'family'>;

export interface TokenService {
  /** The principal of the token, at once if asked a moment ago; undefined when it is unknown, expired or revoked. */
  authenticate(text: string, now: number): Principal | Promise<Principal | undefined> | undefined;
  /** Those of the tokens that are revoked, expired or gone: for what outlives a call, such as subscriptions. */
  endedAmong(tokenIds: readonly string[], now: number): Promise<string[]>;
  /** All scopes unless the order says otherwise. */
  issueAccountToken(accountId: string, order?: TokenOrder): Promise<IssuedToken>;
  /** read, write and pair unless the order says otherwise. */
  issueInstanceToken(instanceId: string, order?: TokenOrder): Promise<IssuedToken>;
  /** Like `issueInstanceToken`, for a new instance: the caller stores instance and token together. */
  unsavedInstanceToken(order?: TokenOrder): UnsavedToken;
  /**
   * A new token like the old one; the old one works for `overlapMs` more. The new one expires at `expiresAt` at the latest.
   * @throws PrivetError NOT_FOUND when the account has no such token
   */
  rotate(
    accountId: string,
    tokenId: string,
    options: { readonly overlapMs: number } & Pick<TokenOrder, 'expiresAt'>,
  ): Promise<IssuedToken>;
  /** A new token for the instance; its old ones work for `overlapMs` more. */
  rotateInstanceToken(
    instanceId: string,
    options: { readonly overlapMs: number } & Pick<TokenOrder, 'scopes' | 'expiresAt'>,
  ): Promise<IssuedToken>;
  /** The oldest first, ended ones included. */
  list(accountId: string, instanceId?: string): Promise<TokenView[]>;
  /**
   * Takes effect at once in this process and at others that hear of it, within 1 s elsewhere: waiting calls never begin.
   * @returns false when the account has no such valid token
   */
  revoke(accountId: string, tokenId: string): Promise<boolean>;
  /** To be called after an instance of the account was deleted: its tokens went with it. */
  instanceDeleted(accountId: string): Promise<void>;
  /** Looks tokens of the account up anew, since another process has ended some. */
  forget(accountId: string): void;
  /**
   * Makes sure that an account with a token exists. The token is `given`, or a new one if none was ever shown.
   * @returns the new token, whose text can't be read later.
   */
  ensureFirstAccount(given?: string): Promise<FirstToken | undefined>;
}

export interface TokenServiceOptions {
  readonly storage: Storage;
  readonly clock?: Clock | undefined;
  readonly logger?: Logger | undefined;
  /** Called and awaited after tokens were ended, so that calls and streams under them end too, here and elsewhere. */
  readonly onEnd?: ((ended: EndedTokens) => Promise<void>) | undefined;
}

/** The default scopes of an instance token. */
export const INSTANCE_SCOPES: readonly TokenScope[] = ['read', 'write', 'pair'];
const MAX_LABEL_LENGTH = 100;
/** Control and format characters, which a terminal or a page obeys instead of showing them. */
const CONTROL_CHARACTER = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
/** A week: enough to distribute a new token, and short enough for the old one to go. */
const MAX_OVERLAP_MS = 7 * 24 * 60 * 60 * 1000;

/** Drops what only the service may see. */
export const toView = ({ hash: _hash, family: _family, ...view }: TokenRecord): TokenView => view;

const checked = (order: TokenOrder, now: number): TokenOrder => {
  if (order.label !== undefined && order.label.length > MAX_LABEL_LENGTH) {
    throw new PrivetError('BAD_USER_INPUT', `label must have at most ${MAX_LABEL_LENGTH} characters`);
  }
  if (order.label !== undefined && order.label.search(CONTROL_CHARACTER) >= 0) {
    const message = 'label must not have control or format characters, such as line breaks or changes of direction';
    throw new PrivetError('BAD_USER_INPUT', message);
  }
  if (RESERVED_LABELS.some((label) => label === order.label)) {
    throw new PrivetError('BAD_USER_INPUT', `label can not be ${order.label}: the service gives it to a token itself`);
  }
  if (order.scopes?.length === 0) {
    throw new PrivetError('BAD_USER_INPUT', `scopes must name at least one of ${TOKEN_SCOPES.join(', ')}`);
  }
  if (order.expiresAt !== undefined && !(order.expiresAt > now)) {
    throw new PrivetError('BAD_USER_INPUT', 'expiresAt must be in the future');
  }
  return order;
};

const checkedOverlap = (overlapMs: number): number => {
  if (overlapMs >= 0 && overlapMs <= MAX_OVERLAP_MS) return overlapMs;
  throw new PrivetError('BAD_USER_INPUT', `overlapMs must be from 0 to ${MAX_OVERLAP_MS} (7 days)`);
};

/** The earlier end; undefined where neither ends. */
const earlier = (one: number | undefined, other: number | undefined): number | undefined =>
  one === undefined || other === undefined ? (one ?? other) : Math.min(one, other);

const asScopes = (names: readonly string[]): TokenScope[] => TOKEN_SCOPES.filter((scope) => names.includes(scope));

export const createTokenService = (options: TokenServiceOptions): TokenService => {
  const { storage, clock = systemClock, logger = silentLogger(), onEnd } = options;
  const authenticator = new Authenticator(storage, clock, logger);

  type Token = Omit<TokenRecord, 'hash' | 'createdAt' | 'label'> & Pick<TokenOrder, 'label'>;
  const recordOf = (text: string, token: Token): TokenRecord => ({
    ...token,
    label: token.label ?? '',
    createdAt: clock.now(),
    hash: hashToken(storage.tokenKey, text),
  });
  const keep = async (text: string, token: Token): Promise<IssuedToken> => {
    const record = recordOf(text, token);
    await storage.tokens.insert(record);
    return { text, token: toView(record) };
  };

  const issueAccountToken = async (accountId: string, order: ReplacementOrder = {}): Promise<IssuedToken> => {
    const { scopes = TOKEN_SCOPES, label, expiresAt } = checked(order, clock.now());
    const { id, text } = mintToken('account');
    return keep(text, { id, accountId, scopes, label, expiresAt, family: order.family });
  };

  const unsavedInstanceToken = (order: ReplacementOrder = {}): UnsavedToken => {
    const { scopes = INSTANCE_SCOPES, label, expiresAt } = checked(order, clock.now());
    const { id, text } = mintToken('instance');
    const token = { id, scopes, label, expiresAt, family: order.family };
    return {
      text,
      recordFor: ({ accountId, id: instanceId }) => recordOf(text, { ...token, accountId, instanceId }),
    };
  };

  const issueInstanceToken = async (instanceId: string, order: ReplacementOrder = {}): Promise<IssuedToken> => {
    const { text, recordFor } = unsavedInstanceToken(order);
    const instance = await storage.instances.get(instanceId);
    if (!instance) throw new PrivetError('NOT_FOUND', 'There is no such instance');
    const record = recordFor(instance);
    await storage.tokens.insert(record);
    return { text, token: toView(record) };
  };

  /** Ends the old tokens after the new one is stored: a crash in between leaves one too many, not one too few. */
  const end = async (accountId: string, tokens: readonly TokenView[], overlapMs: number): Promise<void> => {
    const now = clock.now();
    try {
      for (const { id } of tokens) {
        if (overlapMs === 0) await storage.tokens.revoke(id, now);
        else await storage.tokens.expire(id, now + overlapMs);
      }
    } finally {
      // Also where one of them failed: the others have ended, and that one may have.
      await ended({ accountId, tokenIds: tokens.map(({ id }) => id) });
    }
  };

  const ended = async (those: EndedTokens): Promise<void> => {
    authenticator.forget(those.accountId);
    await onEnd?.(those);
  };

  const find = async (accountId: string, tokenId: string): Promise<TokenRecord | undefined> => {
    const token = await storage.tokens.findById(tokenId);
    return token?.accountId === accountId ? token : undefined;
  };

  return {
    authenticate: (text, now) => authenticator.authenticate(text, now),

    async endedAmong(tokenIds, now) {
      const working = new Set(await storage.tokens.workingAmong(tokenIds, now));
      return tokenIds.filter((id) => !working.has(id));
    },

    issueAccountToken,
    issueInstanceToken,
    unsavedInstanceToken,

    async rotate(accountId, tokenId, { overlapMs, expiresAt }) {
      const overlap = checkedOverlap(overlapMs);
      const old = await find(accountId, tokenId);
      if (!old || !isActive(old, clock.now())) throw new PrivetError('NOT_FOUND', 'There is no such token that works');
      // A reserved label stays with the old token. An old label may have control characters, which are refused today.
      const label = RESERVED_LABELS.some((own) => own === old.label)
        ? ''
        : old.label.replaceAll(CONTROL_CHARACTER, ' ');
      const order = {
        scopes: asScopes(old.scopes),
        label,
        expiresAt: earlier(old.expiresAt, expiresAt),
        family: old.family,
      };
      const issued =
        old.instanceId === undefined
          ? await issueAccountToken(accountId, order)
          : await issueInstanceToken(old.instanceId, order);
      await end(accountId, [old], overlap);
      return issued;
    },

    async rotateInstanceToken(instanceId, { overlapMs, scopes, expiresAt }) {
      const overlap = checkedOverlap(overlapMs);
      const instance = await storage.instances.get(instanceId);
      const old = instance ? await storage.tokens.working(instance.accountId, instanceId, clock.now()) : [];
      const issued = await issueInstanceToken(instanceId, { scopes, expiresAt, family: old.at(-1)?.family });
      if (instance) await end(instance.accountId, old, overlap);
      return issued;
    },

    list: async (accountId, instanceId) => (await storage.tokens.listByAccount(accountId, instanceId)).map(toView),

    async revoke(accountId, tokenId) {
      if (!(await find(accountId, tokenId))) return false;
      const revoked = await storage.tokens.revoke(tokenId, clock.now());
      await ended({ accountId, tokenIds: [tokenId] });
      return revoked;
    },

    instanceDeleted: (accountId) => ended({ accountId, tokenIds: [] }),

    forget: (accountId) => authenticator.forget(accountId),

    ensureFirstAccount: (given) =>
      // Several nodes may start at once on a new database.
      storage.inTurn(() => ensureFirstAccount({ storage, clock, logger, keep }, given)),
  };
};

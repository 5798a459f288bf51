import type { Clock } from '../../clock.ts';
import type { Storage } from '../../storage/storage.ts';
import { GIVEN_TOKEN_LABEL, type TokenRecord, UNSHOWN_TOKEN_LABEL } from '../../storage/tokens.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { isActive } from './authenticator.ts';
import { TOKEN_SCOPES } from '../principal.ts';
import { hashToken, mintToken } from './tokens.ts';

/** The token of a first account, which is to be shown now. */
export interface FirstToken {
  readonly text: string;
  /** Notes that it was shown. Where that is not noted, whatever the reason, the next start has another one to show. */
  shown(): Promise<void>;
}

export interface FirstAccountOptions {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Keeps a token with this text. */
  readonly keep: (
    text: string,
    token: Pick<TokenRecord, 'id' | 'accountId' | 'scopes' | 'label'>,
  ) => Promise<{ readonly text: string }>;
}

/** Whatever is in the variable works from now on, unless it was revoked. */
async function takeGiven(given: string, { storage, clock, logger, keep }: FirstAccountOptions): Promise<void> {
  const known = await storage.tokens.findByHash(hashToken(storage.tokenKey, given));
  if (known) {
    // One that was made here and put into the variable later: it is not to be forgotten once it has ended.
    if (known.label !== GIVEN_TOKEN_LABEL) await storage.tokens.relabel(known.id, GIVEN_TOKEN_LABEL);
    if (!isActive(known, clock.now())) {
      const how = known.revokedAt === undefined ? 'has expired' : 'was revoked';
      logger.warn({ tokenId: known.id }, `${GIVEN_TOKEN_LABEL} holds a token that ${how}: set another one`);
    }
    return;
  }
  const { id: accountId } = await firstAccount(storage);
  const working = await storage.tokens.working(accountId, undefined, clock.now());
  for (const { id: tokenId } of working.filter(({ label }) => label === GIVEN_TOKEN_LABEL)) {
    logger.warn({ tokenId }, `an earlier ${GIVEN_TOKEN_LABEL} still works: revoke it when it is not needed`);
  }
  await keep(given, { id: mintToken('account').id, accountId, scopes: TOKEN_SCOPES, label: GIVEN_TOKEN_LABEL });
}

const firstAccount = async ({ accounts }: Storage): Promise<{ readonly id: string }> =>
  (await accounts.list())[0] ?? accounts.create({ label: 'default' });

/**
 * Where no token of the first account was ever handed out, since its making was cut short at whatever point. One that
 * was made and not noted as shown stays as it is: if it was shown after all, it is in somebody's hands.
 */
async function makeFirst({ storage, clock, keep }: FirstAccountOptions): Promise<FirstToken | undefined> {
  const { id: accountId } = await firstAccount(storage);
  const working = await storage.tokens.working(accountId, undefined, clock.now());
  const unshown = working.filter(({ label }) => label === UNSHOWN_TOKEN_LABEL);
  const isFirst = (await storage.tokens.page(accountId, { first: 1 })).length === 0;
  if (!isFirst && unshown.length === 0) return undefined;
  const { id, text } = mintToken('account');
  await keep(text, { id, accountId, scopes: TOKEN_SCOPES, label: UNSHOWN_TOKEN_LABEL });
  return {
    text,
    async shown() {
      for (const token of [...unshown, { id }]) await storage.tokens.relabel(token.id, 'first');
    },
  };
}

/**
 * Sees to it that there is an account and a token for it: `given`, or one made when none was ever shown.
 * @returns the token that was made, the only time that it can be had.
 */
export async function ensureFirstAccount(
  options: FirstAccountOptions,
  given: string | undefined,
): Promise<FirstToken | undefined> {
  if (given === undefined) return makeFirst(options);
  await takeGiven(given, options);
  return undefined;
}

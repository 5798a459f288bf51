import type { Clock } from '../../clock.ts';
import type { Storage } from '../../storage/storage.ts';
import { GIVEN_TOKEN_LABEL, type TokenRecord, UNSHOWN_TOKEN_LABEL } from '../../storage/tokens.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { isActive } from './authenticator.ts';
import { TOKEN_SCOPES } from '../principal.ts';
import { hashToken, mintToken } from './tokens.ts';

/** The first token of the first account, to be shown now. */
export interface FirstToken {
  readonly text: string;
  /** Records that it was shown. Otherwise the next start makes another one. */
  shown(): Promise<void>;
}

export interface FirstAccountOptions {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Stores a token with this text. */
  readonly keep: (
    text: string,
    token: Pick<TokenRecord, 'id' | 'accountId' | 'scopes' | 'label'>,
  ) => Promise<{ readonly text: string }>;
}

/** Makes the token of PRIVET_ACCOUNT_TOKEN valid, unless it was revoked or has expired. */
async function keepGivenToken(given: string, { storage, clock, logger, keep }: FirstAccountOptions): Promise<void> {
  const known = await storage.tokens.findByHash(hashToken(storage.tokenKey, given));
  if (known) {
    // A token that this service made and the operator put into the variable: relabelled, so that an ended one is kept too.
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
 * Makes a token if none of the first account was ever shown, also after a start that was interrupted. A token without a
 * record that it was shown stays valid: somebody may have seen it all the same.
 */
async function createFirstToken({ storage, clock, keep }: FirstAccountOptions): Promise<FirstToken | undefined> {
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
 * Makes sure that an account with a token exists. The token is `given`, or a new one if none was ever shown.
 * @returns the new token, whose text can't be read later.
 */
export async function ensureFirstAccount(
  options: FirstAccountOptions,
  given: string | undefined,
): Promise<FirstToken | undefined> {
  if (given === undefined) return createFirstToken(options);
  await keepGivenToken(given, options);
  return undefined;
}

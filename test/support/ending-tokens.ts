import { setTimeout as delay } from 'node:timers/promises';
import { runBeside } from './command-line.ts';
import type { TestPrivet } from './privet.ts';

export interface EndingToken {
  readonly token: string;
  /** Resolves once nothing that has not begun by then may begin with it. */
  end(): Promise<void>;
}

/** For so long a token may go on where nobody in the service's own process ended it, in milliseconds. */
const FINAL_WITHIN_MS = 1_000;
const OVERLAP_S = 1;

/** The ways in which a token ends while calls of it are under way. */
export const ENDINGS = ['revoked here', 'revoked by another process', 'expired'] as const;
export type Ending = (typeof ENDINGS)[number];

/** A token of the account that will end in this way. */
export async function endingToken(
  privet: TestPrivet,
  ending: Ending,
  scopes: readonly ('READ' | 'WRITE' | 'PAIR' | 'ADMIN')[],
): Promise<EndingToken> {
  const { data, errors } = await privet.graphql<{ createToken: { token: string; details: { id: string } } }>(
    'mutation ($input: CreateTokenInput!) { createToken(input: $input) { token details { id } } }',
    { input: { scopes } },
  );
  if (!data) throw new Error(JSON.stringify(errors));
  const { token, details } = data.createToken;
  const end = {
    'revoked here': async () => {
      await mustWork(privet, `mutation { revokeToken(id: "${details.id}") { id } }`);
    },
    'revoked by another process': async () => {
      await runBeside(privet, 'token', 'revoke', details.id);
      await delay(FINAL_WITHIN_MS);
    },
    expired: async () => {
      const rotate = `rotateToken(id: "${details.id}", overlapSeconds: ${OVERLAP_S}) { token }`;
      await mustWork(privet, `mutation { ${rotate} }`);
      await delay(OVERLAP_S * 1_000 + FINAL_WITHIN_MS);
    },
  }[ending];
  return { token, end };
}

async function mustWork(privet: TestPrivet, query: string): Promise<void> {
  const { errors } = await privet.graphql(query);
  if (errors) throw new Error(JSON.stringify(errors));
}

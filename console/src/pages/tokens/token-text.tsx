import type { TokenFactsFragment } from '../../gql/graphql.ts';
import { useTexts } from '../../texts/texts.ts';

/** The part of its id that is also in its text, so that whoever has one can find it here. */
export const publicPart = ({ id }: Pick<TokenFactsFragment, 'id'>): string => id.slice(id.indexOf(':') + 1);

/** What it is called where it is spoken of. */
export const nameOf = (token: Pick<TokenFactsFragment, 'id' | 'label'>): string => token.label || publicPart(token);

export const isWorking = ({ revokedAt, expiresAt }: TokenFactsFragment, now: number): boolean =>
  revokedAt === null && (expiresAt === null || Date.parse(expiresAt) > now);

/** A time of somebody's own time zone. */
export function Time({ at }: { readonly at: string }) {
  const { language } = useTexts();
  return (
    <time dateTime={at}>{new Date(at).toLocaleString(language, { dateStyle: 'medium', timeStyle: 'short' })}</time>
  );
}

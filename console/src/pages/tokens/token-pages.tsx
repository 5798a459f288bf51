import { useEffect, useState } from 'preact/hooks';
import { useLiveQuery } from '../../api/use-live-query.ts';
import { type TokenFactsFragment, TokensDocument } from '../../gql/graphql.ts';
import { useTexts } from '../../texts/texts.ts';
import { ProblemNote } from '../../ui/problem-note.tsx';
import { TokenItem } from './token-item.tsx';

interface TokenPagesProps {
  /** Another number: something was changed, and all is asked for again. */
  readonly turn: number;
  readonly onRotate: (token: TokenFactsFragment) => void;
  readonly onRevoke: (token: TokenFactsFragment) => void;
}

interface End {
  /** Where the next page goes on; null where there is none. */
  readonly next: string | null;
  readonly total: number;
}

interface TokenPageProps extends TokenPagesProps {
  readonly after: string | null;
  readonly onEnd: ((end: End) => void) | undefined;
}

/** One page of them, within the list. */
function TokenPage({ after, turn, onEnd, onRotate, onRevoke }: TokenPageProps) {
  const { shell } = useTexts();
  const { data, problem, again } = useLiveQuery(TokensDocument, { after });
  useEffect(() => {
    if (turn > 0) again();
  }, [turn]);
  const page = data?.tokens;
  const next = page?.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
  useEffect(() => {
    if (page) onEnd?.({ next, total: page.totalCount });
  }, [page, onEnd === undefined]);
  return (
    <>
      {problem && (
        <li>
          <ProblemNote problem={problem} onRetry={again} />
        </li>
      )}
      {!page && !problem && <li role="status">{shell.loading}</li>}
      {page?.nodes.map((token, index) => (
        <TokenItem
          key={token.id}
          token={token}
          focus={after !== null && index === 0}
          onRotate={() => onRotate(token)}
          onRevoke={() => onRevoke(token)}
        />
      ))}
    </>
  );
}

/** All tokens, the oldest first, page by page. */
export function TokenPages(props: TokenPagesProps) {
  const { tokens: texts } = useTexts();
  const [afters, setAfters] = useState<readonly (string | null)[]>([null]);
  const [end, setEnd] = useState<End>();
  const next = end?.next ?? null;
  return (
    <section aria-labelledby="tokens-title">
      <h2 id="tokens-title">{end ? texts.count(end.total) : texts.title}</h2>
      <ul class="token-list">
        {afters.map((after, index) => (
          <TokenPage key={after} {...props} after={after} onEnd={index === afters.length - 1 ? setEnd : undefined} />
        ))}
      </ul>
      {next !== null && !afters.includes(next) && (
        <button type="button" onClick={() => setAfters([...afters, next])}>
          {texts.more}
        </button>
      )}
    </section>
  );
}

import { useEffect, useId, useRef } from 'preact/hooks';
import { useViewer } from '../../api/viewer.tsx';
import type { TokenFactsFragment } from '../../gql/graphql.ts';
import { hrefs } from '../../router.ts';
import { useTexts } from '../../texts/texts.ts';
import { isWorking, nameOf, publicPart, Time } from './token-text.tsx';

interface TokenItemProps {
  readonly token: TokenFactsFragment;
  /** Whether it gets the focus: the first one of more. */
  readonly focus: boolean;
  readonly onRotate: () => void;
  readonly onRevoke: () => void;
}

function State({ token }: { readonly token: TokenFactsFragment }) {
  const { state } = useTexts().tokens;
  if (token.revokedAt !== null) {
    return (
      <span class="token-state">
        {state.revoked} <Time at={token.revokedAt} />
      </span>
    );
  }
  if (token.expiresAt === null) return <span class="token-state token-works">{state.works}</span>;
  const works = isWorking(token, Date.now());
  return (
    <span class={works ? 'token-state token-works' : 'token-state'}>
      {works ? state.worksUntil : state.ended} <Time at={token.expiresAt} />
    </span>
  );
}

/** One token: what may be shown of it, and what can be done with it. */
export function TokenItem({ token, focus, onRotate, onRevoke }: TokenItemProps) {
  const { tokens: texts, scopes } = useTexts();
  const { token: own } = useViewer();
  const heading = useRef<HTMLHeadingElement>(null);
  const id = useId();
  const name = nameOf(token);
  const works = isWorking(token, Date.now());
  // Another one like it can have only what this one has.
  const mayRotate = token.scopes.every((scope) => own.scopes.includes(scope));
  useEffect(() => {
    if (focus) heading.current?.focus();
  }, []);
  return (
    <li class={works ? 'card token' : 'card token token-over'}>
      <div class="token-head">
        <h3 id={id} ref={heading} tabIndex={-1}>
          {token.label || (token.instance ? texts.ofInstance(token.instance.name) : texts.noLabel)}
        </h3>
        {token.id === own.id && <strong class="token-own">{texts.own}</strong>}
        <State token={token} />
      </div>
      <dl>
        <div>
          <dt>{texts.may}</dt>
          <dd>{token.scopes.map((scope) => scopes[scope]).join(', ')}</dd>
        </div>
        <div>
          <dt>{texts.reaches}</dt>
          <dd>
            {token.instance ? (
              <a href={hrefs.instance(token.instance.name)}>{token.instance.name}</a>
            ) : (
              texts.wholeAccount
            )}
          </dd>
        </div>
        <div>
          <dt>{texts.made}</dt>
          <dd>
            <Time at={token.createdAt} />
          </dd>
        </div>
        <div>
          <dt>{texts.used}</dt>
          <dd>{token.lastUsedAt === null ? texts.unused : <Time at={token.lastUsedAt} />}</dd>
        </div>
        <div>
          <dt>{texts.publicPart}</dt>
          <dd>{publicPart(token)}</dd>
        </div>
      </dl>
      {works && (
        <div class="token-buttons">
          {mayRotate && (
            <button type="button" onClick={onRotate}>
              {texts.rotate.action} <span class="hidden">{name}</span>
            </button>
          )}
          <button type="button" class="danger" onClick={onRevoke}>
            {texts.revoke.action} <span class="hidden">{name}</span>
          </button>
        </div>
      )}
    </li>
  );
}

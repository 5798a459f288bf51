import { useRef, useState } from 'preact/hooks';
import { showOnce, useShownOnce } from '../../api/shown-once.ts';
import { signOut } from '../../api/token.ts';
import { useMay, useViewer } from '../../api/viewer.tsx';
import type { TokenFactsFragment } from '../../gql/graphql.ts';
import { hrefs } from '../../router.ts';
import { useTexts } from '../../texts/texts.ts';
import { CopyOnce } from '../../ui/copy-once.tsx';
import { Page } from '../../ui/page.tsx';
import { RevokeToken, RotateToken } from './end-token.tsx';
import { MakeToken } from './make-token.tsx';
import { TokenPages } from './token-pages.tsx';
import { nameOf } from './token-text.tsx';
import './tokens.css';

type Asked = { readonly what: 'make' } | { readonly what: 'rotate' | 'revoke'; readonly token: TokenFactsFragment };

export function TokensPage() {
  const { tokens: texts } = useTexts();
  const { instance } = useViewer().token;
  // An instance's token manages none.
  const may = useMay('ADMIN') && instance === null;
  return may ? (
    <Tokens />
  ) : (
    <Page title={texts.title}>
      <p class="note note-warn">{texts.mayNot}</p>
    </Page>
  );
}

function Tokens() {
  const { tokens: texts } = useTexts();
  const { token: own } = useViewer();
  const [asked, setAsked] = useState<Asked>();
  const [turn, setTurn] = useState(0);
  const [done, setDone] = useState('');
  const status = useRef<HTMLParagraphElement>(null);
  const shown = useShownOnce(hrefs.tokens);
  const close = (): void => setAsked(undefined);
  const show = (name: string, token: string): void => {
    close();
    setDone('');
    setTurn(turn + 1);
    showOnce({ place: hrefs.tokens, name, token });
  };
  const revoked = (token: TokenFactsFragment): void => {
    close();
    if (token.id === own.id) return signOut('left');
    setTurn(turn + 1);
    setDone(texts.revoke.done(nameOf(token)));
    // The button that was pressed goes with the token.
    setTimeout(() => status.current?.focus());
  };
  return (
    <Page
      title={texts.title}
      actions={
        <button type="button" class="main" onClick={() => setAsked({ what: 'make' })}>
          {texts.make}
        </button>
      }
    >
      <p>{texts.lead}</p>
      {shown && (
        <CopyOnce title={shown.name === '' ? texts.shown : texts.shownOf(shown.name)} token={shown.token} focus />
      )}
      <p role="status" ref={status} tabIndex={-1}>
        {done}
      </p>
      <TokenPages
        turn={turn}
        onRotate={(token) => setAsked({ what: 'rotate', token })}
        onRevoke={(token) => setAsked({ what: 'revoke', token })}
      />
      {asked?.what === 'make' && <MakeToken onMade={({ label, token }) => show(label, token)} onClose={close} />}
      {asked?.what === 'rotate' && (
        <RotateToken token={asked.token} onRotated={(text) => show(nameOf(asked.token), text)} onClose={close} />
      )}
      {asked?.what === 'revoke' && (
        <RevokeToken token={asked.token} onRevoked={() => revoked(asked.token)} onClose={close} />
      )}
    </Page>
  );
}

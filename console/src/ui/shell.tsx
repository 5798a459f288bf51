import type { ComponentChildren } from 'preact';
import { useStore } from '../api/store.ts';
import { signOut } from '../api/token.ts';
import { useMay, useViewer } from '../api/viewer.tsx';
import { hrefs, route } from '../router.ts';
import { useTexts } from '../texts/texts.ts';
import { HealthLine } from './health-line.tsx';
import { Until } from './until.tsx';
import './shell.css';

function Navigation() {
  const { shell } = useTexts();
  const { page } = useStore(route);
  const { instance } = useViewer().token;
  const mayAdmin = useMay('ADMIN');
  const mayPair = useMay('PAIR');
  const links = [
    { page: 'instances', href: hrefs.instances, text: shell.instances, isShown: true },
    // An instance's token makes no instance; its own is linked from its page.
    { page: 'link', href: hrefs.link(), text: shell.link, isShown: mayAdmin && mayPair && instance === null },
    { page: 'tokens', href: hrefs.tokens, text: shell.tokens, isShown: mayAdmin },
  ];
  return (
    <nav aria-label={shell.navigation}>
      <ul>
        {links
          .filter(({ isShown }) => isShown)
          .map((link) => (
            <li key={link.page}>
              <a href={link.href} aria-current={link.page === page ? 'page' : undefined}>
                {link.text}
              </a>
            </li>
          ))}
      </ul>
    </nav>
  );
}

const SOON_MS = 7 * 86_400_000;

/** A token that ends soon: there is time to make another one. */
function TokenEnd({ at }: { readonly at: string | null }) {
  const { shell } = useTexts();
  if (at === null || Date.parse(at) - Date.now() > SOON_MS) return null;
  return (
    <small class="token-end">
      {shell.tokenEnds} <Until at={at} />
    </small>
  );
}

function Viewer() {
  const { scopes, shell } = useTexts();
  const { account, token } = useViewer();
  const may = shell.mayDo(token.scopes.map((scope) => scopes[scope]).join(', '));
  return (
    <div class="viewer">
      <div>
        <span>{token.label || account.label}</span>
        <small>
          {may}
          {token.instance && `. ${shell.oneInstance(token.instance.name)}`}
        </small>
        <TokenEnd at={token.expiresAt} />
      </div>
      <button type="button" class="quiet" onClick={() => signOut('left')}>
        {shell.signOut}
      </button>
    </div>
  );
}

/** What is around each page. */
export function Shell({ children }: { readonly children: ComponentChildren }) {
  const { shell } = useTexts();
  const toContent = (event: Event): void => {
    // The address is the router's: the link moves the focus alone.
    event.preventDefault();
    document.querySelector('h1')?.focus();
  };
  return (
    <>
      <a class="skip" href="#/" onClick={toContent}>
        {shell.skip}
      </a>
      <header class="shell-head">
        <a class="brand" href={hrefs.instances}>
          Privet
        </a>
        <Navigation />
        <Viewer />
      </header>
      <HealthLine />
      <main>{children}</main>
      <footer>
        <nav aria-label={shell.about}>
          <ul>
            <li>
              <a href="/graphql">{shell.playground}</a>
            </li>
            <li>
              <a href="/openapi.json">{shell.rest}</a>
            </li>
            <li>
              <a href="/health/ready">{shell.health}</a>
            </li>
          </ul>
        </nav>
      </footer>
    </>
  );
}

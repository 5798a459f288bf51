import { createHash } from 'node:crypto';
import { GRAPHQL_PATH } from '../../graphql/pipeline/yoga.ts';
import { VERSION } from '../../version.ts';
import type { FixedAnswer } from '../../route.ts';
import { methodNotAllowed, PLAYGROUND_OFF, refuseAsGraphQL, type Route } from '../route.ts';
import { CONSOLE_MISSING, CONSOLE_OFF, type Console } from './console.ts';

const WHAT =
  'A self-hosted GraphQL service that reads and changes the privacy settings of linked WhatsApp accounts. It is not affiliated with WhatsApp.';
const TOKEN =
  'Calls need a token. The first start prints one; on the machine of the service, "npx privet token create" makes more.';

/** This page again, where the console has its place. */
const ABOUT = '/about';

export interface FrontPageOptions {
  readonly console: Console | 'off' | 'missing';
  readonly playground: boolean;
}

/** Why there is no console; undefined where there is one. */
const noConsole = (console: FrontPageOptions['console']): string | undefined => {
  if (console === 'off') return CONSOLE_OFF;
  return console === 'missing' ? CONSOLE_MISSING : undefined;
};

const STYLE = `
:root { color-scheme: light dark; }
body { max-width: 40rem; margin: 4rem auto; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif; }
small { opacity: 0.7; font-weight: normal; }
dt { margin-top: 0.75rem; font-weight: 600; }
dd { margin: 0; }
`;

/** Allows the one style by its hash, and no script: injected markup could not run anything. */
const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const pageOf = ({ console, playground }: FrontPageOptions): string => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Privet</title>
    <link rel="icon" href="data:," />
    <style>${STYLE}</style>
  </head>
  <body>
    <h1>Privet <small>${VERSION}</small></h1>
    <p>${WHAT}</p>
    <p>${TOKEN}</p>
    <dl>
      <dt>Console</dt>
      <dd>${noConsole(console) ?? '<a href="/">/</a>, in a browser'}</dd>
      <dt>Playground</dt>
      <dd>${playground ? `<a href="${GRAPHQL_PATH}">${GRAPHQL_PATH}</a>, in a browser` : PLAYGROUND_OFF}</dd>
      <dt>GraphQL</dt>
      <dd><a href="${GRAPHQL_PATH}">${GRAPHQL_PATH}</a>, by POST; subscriptions also by WebSocket</dd>
      <dt>REST</dt>
      <dd><a href="/openapi.json">/openapi.json</a> describes it</dd>
      <dt>Health</dt>
      <dd><a href="/health/live">/health/live</a>, <a href="/health/ready">/health/ready</a></dd>
    </dl>
  </body>
</html>
`;

const indexOf = ({ console, playground }: FrontPageOptions): object => ({
  name: 'privet',
  version: VERSION,
  description: WHAT,
  token: TOKEN,
  console: noConsole(console) === undefined ? '/' : null,
  ...(noConsole(console) === undefined ? {} : { consoleOff: noConsole(console) }),
  playground: playground ? GRAPHQL_PATH : null,
  ...(playground ? {} : { playgroundOff: PLAYGROUND_OFF }),
  graphql: GRAPHQL_PATH,
  openapi: '/openapi.json',
  health: { live: '/health/live', ready: '/health/ready' },
});

/**
 * `/`: the console for browsers; for programs, and where there is no console, what this service is, with links. `/about`
 * has those always. They contain no account's data, so they need no token.
 */
export function frontPageRoute(options: FrontPageOptions): Route {
  const page: FixedAnswer = {
    headers: { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': POLICY, vary: 'Accept, Origin' },
    body: Buffer.from(pageOf(options)),
  };
  const index: FixedAnswer = {
    headers: { 'content-type': 'application/json', vary: 'Accept, Origin' },
    body: Buffer.from(JSON.stringify(indexOf(options))),
  };
  const { console } = options;
  return {
    owns: (pathname) => pathname === '/' || pathname === ABOUT,
    refuse: refuseAsGraphQL,
    fixed(pathname, headers) {
      const { accept = '' } = headers;
      const isBrowser = accept.includes('text/html');
      if (pathname === '/' && isBrowser && typeof console !== 'string') return console.page.answerTo(headers);
      // A client that accepts everything is most often a person with curl, who gets text.
      return accept.includes('application/json') && !isBrowser ? index : page;
    },
    handle: () => refuseAsGraphQL(methodNotAllowed('GET, HEAD')),
  };
}

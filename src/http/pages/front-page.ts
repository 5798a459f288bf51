import { createHash } from 'node:crypto';
import { GRAPHQL_PATH } from '../../graphql/pipeline/yoga.ts';
import { VERSION } from '../../version.ts';
import type { FixedAnswer } from '../../route.ts';
import { methodNotAllowed, PLAYGROUND_OFF, refuseAsGraphQL, type Route } from '../route.ts';

const WHAT =
  'A self-hosted GraphQL service that reads and changes the privacy settings of linked WhatsApp accounts. It is not affiliated with WhatsApp.';
const TOKEN =
  'Calls need a token. The first start prints one; on the machine of the service, "npx privet token create" makes more.';

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

const pageOf = (playground: boolean): string => `<!doctype html>
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

const indexOf = (playground: boolean): object => ({
  name: 'privet',
  version: VERSION,
  description: WHAT,
  token: TOKEN,
  playground: playground ? GRAPHQL_PATH : null,
  ...(playground ? {} : { playgroundOff: PLAYGROUND_OFF }),
  graphql: GRAPHQL_PATH,
  openapi: '/openapi.json',
  health: { live: '/health/live', ready: '/health/ready' },
});

/** `/`: what this service is, with links. It contains no account's data, so it needs no token. */
export function frontPageRoute(playground: boolean): Route {
  const page: FixedAnswer = {
    headers: { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': POLICY, vary: 'Accept, Origin' },
    body: Buffer.from(pageOf(playground)),
  };
  const index: FixedAnswer = {
    headers: { 'content-type': 'application/json', vary: 'Accept, Origin' },
    body: Buffer.from(JSON.stringify(indexOf(playground))),
  };
  return {
    owns: (pathname) => pathname === '/',
    refuse: refuseAsGraphQL,
    fixed: (_pathname, accept) => (isProgram(accept) ? index : page),
    handle: () => refuseAsGraphQL(methodNotAllowed('GET, HEAD')),
  };
}

/** Browsers ask for HTML. A client that accepts everything is most often a person with curl, who gets text. */
const isProgram = (accept: string): boolean => accept.includes('application/json') && !accept.includes('text/html');

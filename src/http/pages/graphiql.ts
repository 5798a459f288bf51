import {
  css,
  editorWorkerService,
  favicon,
  graphqlWorker,
  js,
  jsonWorker,
} from '@graphql-yoga/render-graphiql/graphiql';
import { startScript } from './graphiql-start.ts';
import type { FixedAnswer } from '../../route.ts';
import { methodNotAllowed, refuseAsGraphQL, PROBLEMS, type Route } from '../route.ts';

const PREFIX = '/graphiql/';

/** All files come from this server: the page needs no inline script and no other host. */
const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>Privet</title>
    <link rel="icon" href="${favicon}" />
    <link rel="stylesheet" href="${PREFIX}style.css" />
  </head>
  <body id="body" class="no-focus-outline">
    <noscript>This page needs JavaScript.</noscript>
    <div id="root"></div>
    <script src="${PREFIX}graphiql.js"></script>
    <script src="${PREFIX}start.js"></script>
  </body>
</html>
`;

/** The editor sets styles by script, which neither hash nor nonce can allow. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The playground. Its files contain no account's data, so they need no token. */
export const graphiqlPage: FixedAnswer = {
  headers: { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': POLICY },
  body: Buffer.from(PAGE),
};

const file = (type: string, content: string): FixedAnswer => ({
  headers: { 'content-type': type, 'content-security-policy': POLICY, 'cache-control': 'public, max-age=3600' },
  body: Buffer.from(content),
});
const script = (content: string): FixedAnswer => file('text/javascript; charset=utf-8', content);

const FILES: ReadonlyMap<string, FixedAnswer> = new Map([
  ['style.css', file('text/css; charset=utf-8', css)],
  ['graphiql.js', script(js)],
  ['start.js', script(startScript(PREFIX))],
  ['editorWorkerService.worker.js', script(editorWorkerService)],
  ['json.worker.js', script(jsonWorker)],
  ['graphql.worker.js', script(graphqlWorker)],
]);

export const graphiqlRoute: Route = {
  owns: (pathname) => pathname.startsWith(PREFIX),
  refuse: refuseAsGraphQL,
  fixed: (pathname) => FILES.get(pathname.slice(PREFIX.length)),
  handle: ({ method }) =>
    refuseAsGraphQL(method === 'GET' || method === 'HEAD' ? PROBLEMS.notFound : methodNotAllowed('GET, HEAD')),
};

import { fileURLToPath } from 'node:url';
import { methodNotAllowed, PROBLEMS, refuseAsGraphQL, type Route } from '../route.ts';
import type { Log } from '../../graphql/services.ts';
import { readFiles, type ServedFile } from './served-files.ts';

/** Where the build puts the console, beside `src`: found wherever the service is started from. */
export const CONSOLE_FOLDER = fileURLToPath(new URL('../../../console/dist/', import.meta.url));

export const CONSOLE_OFF =
  'The console is off: it shows by itself only where the service listens on loopback and no proxy is declared, and with PRIVET_CONSOLE=on everywhere';
export const CONSOLE_MISSING =
  'The console is on, but its files are not there: run "npm run build" where the service is installed, with its dev dependencies, and start it again';

/** The page, and all files by their paths. */
export interface Console {
  readonly page: ServedFile;
  readonly files: ReadonlyMap<string, ServedFile>;
}

/** Vite puts what has its content's hash in its name there. */
const HASHED = '/assets/';
const PAGE = '/index.html';

/** No inline script or style, and no other origin. Nor a string that becomes a script or markup, in browsers that know. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ');

/** A page of another origin that has opened this one can't go on leading it elsewhere, as to a link that signs in. */
const ALONE = 'same-origin';

const headersOf = (path: string): Record<string, string> => {
  if (path === PAGE) {
    return {
      'cache-control': 'no-cache',
      'content-security-policy': POLICY,
      'cross-origin-opener-policy': ALONE,
      vary: 'Accept',
    };
  }
  return { 'cache-control': path.startsWith(HASHED) ? 'public, max-age=31536000, immutable' : 'no-cache' };
};

/** Reads the built console into memory, once. Without it the service starts all the same, and says what is missing. */
export async function readConsole(folder: string, log: Log): Promise<Console | 'missing'> {
  try {
    const files = await readFiles(folder, headersOf);
    const page = files.get(PAGE);
    if (page) return { page, files };
    log.warn({ folder }, CONSOLE_MISSING);
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    log.warn(isMissing ? { folder } : { err: error }, CONSOLE_MISSING);
  }
  return 'missing';
}

/** The console's files beside its page. They contain no account's data, so they need no token. */
export const consoleRoute = ({ files }: Console): Route => ({
  owns: (pathname) => files.has(pathname) || pathname.startsWith(HASHED),
  refuse: refuseAsGraphQL,
  fixed: (pathname, headers) => files.get(pathname)?.answerTo(headers),
  handle: ({ method }) =>
    refuseAsGraphQL(method === 'GET' || method === 'HEAD' ? PROBLEMS.notFound : methodNotAllowed('GET, HEAD')),
});

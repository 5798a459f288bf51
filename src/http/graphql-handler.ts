import type { IncomingMessage, ServerResponse } from 'node:http';
import { allowanceHeaders } from '../access/limits/rate-limit.ts';
import type { Clock } from '../clock.ts';
import type { ClientConnection } from '../graphql/pipeline/authentication.ts';
import { GRAPHQL_PATH, type GraphQLPipeline } from '../graphql/pipeline/yoga.ts';
import type { RequestRecord } from '../telemetry/request-record.ts';
import { acceptable } from './accept.ts';
import { send } from './adapter.ts';
import { type Client, noPlayground, onlyPost, type Refusal, refuseAsGraphQL, REFUSALS } from './route.ts';

const isJson = (contentType: string | undefined): boolean =>
  contentType?.split(';', 1)[0]?.trim().toLowerCase() === 'application/json';

const wantsPage = ({ method, headers }: IncomingMessage): boolean =>
  (method === 'GET' || method === 'HEAD') && (headers.accept ?? '').includes('text/html');

/**
 * `/graphql` on node:http, without the detour over a buffered body and a buffered answer that other routes take.
 * Only a POST of `application/json` gets to Yoga: a browser sends neither across origins without asking first.
 * @param sendPage answers with the playground, for browsers; undefined where there is none.
 */
export function graphqlHandler(
  yoga: GraphQLPipeline,
  clock: Clock,
  sendPage: ((response: ServerResponse) => void) | undefined,
): (request: IncomingMessage, response: ServerResponse, client: Client, record: RequestRecord) => void {
  return (request, response, { address }, record) => {
    const forBrowser = wantsPage(request);
    if (sendPage && forBrowser) return sendPage(response);
    const refusal = forBrowser ? noPlayground : refusalOf(request);
    if (refusal) {
      record.noteError(refusal.code);
      return void send(refuseAsGraphQL(refusal), response);
    }
    // Yoga makes an absolute URL of these, and answers with a stack where that fails.
    request.url = GRAPHQL_PATH;
    request.headers.host = 'localhost';
    request.headers.accept = acceptable(request.headers.accept);
    return void yoga(request, response, { record, clientAddress: address, connection: connectionOf(response, clock) });
  };
}

function refusalOf({ method, headers }: IncomingMessage): Refusal | undefined {
  if (method !== 'POST') return onlyPost;
  return isJson(headers['content-type']) ? undefined : REFUSALS.notJson;
}

/** How long what was sent may take to leave once the server closes, in milliseconds: a client may not be reading. */
const LEAVE_MS = 1_000;

/** A chunked answer whose last chunk is missing is one that was cut short, to every client. */
function connectionOf(response: ServerResponse, clock: Clock): ClientConnection {
  const cut = (): void => void response.destroy();
  return {
    cut,
    leave() {
      const late = clock.after(LEAVE_MS, cut);
      response.once('close', () => late[Symbol.dispose]());
      response.socket?.destroySoon();
    },
    tell(allowance) {
      if (response.headersSent) return;
      for (const [name, value] of allowanceHeaders(allowance)) response.setHeader(name, value);
    },
  };
}

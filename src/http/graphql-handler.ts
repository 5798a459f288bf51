import type { IncomingMessage, ServerResponse } from 'node:http';
import { sendNodeResponse } from '@whatwg-node/server';
import { type Allowance, allowanceHeaders } from '../access/limits/rate-limit.ts';
import type { Clock } from '../clock.ts';
import type { ClientConnection, RequestState } from '../graphql/pipeline/authentication.ts';
import { GRAPHQL_PATH, type GraphQLPipeline } from '../graphql/pipeline/yoga.ts';
import type { RequestRecord } from '../telemetry/request-record.ts';
import { acceptable } from './accept.ts';
import { send } from './adapter.ts';
import type { Client } from '../route.ts';
import { noPlayground, onlyPost, type Problem, refuseAsGraphQL, PROBLEMS } from './route.ts';

const isJson = (contentType: string | undefined): boolean =>
  contentType?.split(';', 1)[0]?.trim().toLowerCase() === 'application/json';

const wantsPage = ({ method, headers }: IncomingMessage): boolean =>
  (method === 'GET' || method === 'HEAD') && (headers.accept ?? '').includes('text/html');

/**
 * `/graphql` on node:http: Yoga reads the body and writes the answer itself, which other routes have buffered.
 * Only a POST of `application/json` reaches Yoga: a browser never sends one across origins without a preflight.
 * @param sendPage answers with the playground, for browsers; undefined where there is none.
 */
export function graphqlHandler(
  yoga: GraphQLPipeline,
  clock: Clock,
  sendPage: ((response: ServerResponse) => void) | undefined,
): (request: IncomingMessage, response: ServerResponse, client: Client, record: RequestRecord) => void {
  // Once: the pipeline is a Proxy, which makes each method anew for whoever asks for it.
  const handle = yoga.handleNodeRequest.bind(yoga);
  return (request, response, { address }, record) => {
    const forBrowser = wantsPage(request);
    if (sendPage && forBrowser) return sendPage(response);
    const problem = forBrowser ? noPlayground : problemOf(request);
    if (problem) {
      record.noteError(problem.code);
      return void send(refuseAsGraphQL(problem), response);
    }
    // Yoga makes an absolute URL of these, and answers with a stack where that fails.
    request.url = GRAPHQL_PATH;
    request.headers.host = 'localhost';
    request.headers.accept = acceptable(request.headers.accept);
    const state: RequestState = {
      record,
      idempotencyKey: request.headers['idempotency-key']?.toString(),
      clientAddress: address,
      connection: new HttpConnection(response, clock),
    };
    return void answer(handle, request, response, state);
  };
}

/**
 * In the two steps of Yoga's own listener, which copies what it is given of each request into one of its own. The request
 * is not told of its response, for the signal that it would have: whether the client is gone its connection tells.
 */
async function answer(
  handle: GraphQLPipeline['handleNodeRequest'],
  request: IncomingMessage,
  response: ServerResponse,
  state: RequestState,
): Promise<void> {
  try {
    const answered = await handle(request, state);
    if (state.isStream || request.headers.accept?.includes('text/event-stream')) setUncached(answered.headers);
    await sendNodeResponse(answered, response, request, true);
  } catch {
    // What a plugin or a resolver throws is an answer by then; what comes here is of the connection, or of a header.
    state.record?.noteError(PROBLEMS.failed.code);
    if (response.headersSent) response.destroy();
    else await send(refuseAsGraphQL(PROBLEMS.failed), response);
  }
}

/** Yoga marks streams `no-cache`, over what is said of every answer. */
function setUncached(headers: Headers): void {
  if (headers.get('content-type') === 'text/event-stream') headers.set('cache-control', 'no-store');
}

function problemOf({ method, headers }: IncomingMessage): Problem | undefined {
  if (method !== 'POST') return onlyPost;
  return isJson(headers['content-type']) ? undefined : PROBLEMS.notJson;
}

/** How long a client may take to read the rest of an answer once the server closes, in milliseconds. */
const LEAVE_MS = 1_000;

const noError = (): void => {};

/** To cut an answer off: every client notices that the last chunk is missing. */
class HttpConnection implements ClientConnection {
  readonly #response: ServerResponse;
  readonly #clock: Clock;
  #whenGone: (() => void) | undefined;

  constructor(response: ServerResponse, clock: Clock) {
    this.#response = response;
    this.#clock = clock;
    // Such as that of a write which comes after the client has gone.
    response.on('error', noError);
    response.on('close', () => {
      if (!response.writableFinished) this.#whenGone?.();
    });
  }

  cut(): void {
    this.#response.destroy();
  }

  whenGone(callback: () => void): void {
    this.#whenGone = callback;
    if (this.#response.destroyed) callback();
  }

  leave(): void {
    const late = this.#clock.after(LEAVE_MS, () => this.cut());
    this.#response.once('close', () => late[Symbol.dispose]());
    this.#response.socket?.destroySoon();
  }

  tell(allowance: Allowance): void {
    if (this.#response.headersSent) return;
    for (const [name, value] of allowanceHeaders(allowance)) this.#response.setHeader(name, value);
  }
}

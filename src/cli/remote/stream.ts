import type { Clock } from '../../clock.ts';
import { EXIT_CODES, ExitError } from '../exit-codes.ts';
import { UsageError } from '../usage-error.ts';
import { type Answered, answerIn, type Client, dataOf, headersFor, textOf } from './client.ts';
import { unanswered, refusal, strangeAnswer } from './errors.ts';
import type { TypedDocumentString } from './gql/graphql.ts';

/** The service sends at least a comment every 12 s: after such a silence nobody is there any more. */
const SILENCE_MS = 45_000;
/** In bytes: far more than any event of the service has. */
const LONGEST_EVENT = 1024 * 1024;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

/** `fetch`, whose answer ends with an error once nothing came for too long. */
class WatchedFetch implements Disposable {
  readonly #clock: Clock;
  readonly #silent = new AbortController();
  #timer: Disposable | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  #heard(): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = this.#clock.after(SILENCE_MS, () => this.#silent.abort(new Error('it fell silent')));
  }

  readonly fetch: typeof fetch = async (input, { signal, ...init } = {}) => {
    this.#heard();
    const signals = [this.#silent.signal, ...(signal ? [signal] : [])];
    const response = await fetch(input, { ...init, redirect: 'manual', signal: AbortSignal.any(signals) });
    if (!response.ok || !response.body) return response;
    let length = 0;
    const heard = new TransformStream<Uint8Array, Uint8Array>({
      transform: (chunk, controller) => {
        this.#heard();
        // Of the event that is still to end.
        const end = Buffer.from(chunk).lastIndexOf('\n\n');
        length = end === -1 ? length + chunk.length : chunk.length - end;
        if (length > LONGEST_EVENT) return controller.error(new Error('an event of it is too long'));
        controller.enqueue(chunk);
      },
    });
    return new Response(response.body.pipeThrough(heard), response);
  };

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]();
  }
}

/** What one connection brings, until the service says that the stream is complete. */
async function* once<R, V extends Record<string, unknown>>(
  { target, clock, signal }: Client,
  document: TypedDocumentString<R, V>,
  variables: V,
): AsyncGenerator<Answered<R>> {
  // Imported here: most commands need no stream.
  const { createClient, NetworkError } = await import('graphql-sse');
  using watched = new WatchedFetch(clock);
  const stream = createClient({
    url: target.endpoint.href,
    headers: headersFor(target),
    retryAttempts: 0,
    fetchFn: watched.fetch,
  });
  const end = (): void => stream.dispose();
  signal.addEventListener('abort', end);
  try {
    for await (const result of stream.iterate<R>({ query: document.toString(), variables })) yield dataOf<R>(result);
  } catch (error) {
    if (error instanceof ExitError || error instanceof UsageError) throw error;
    const response: unknown = error instanceof NetworkError ? error.response : undefined;
    throw response instanceof Response
      ? await refusalIn(target.endpoint, response)
      : unanswered(target.endpoint, error);
  } finally {
    signal.removeEventListener('abort', end);
    end();
  }
}

/** Why the service gave no stream. */
const refusalIn = async (endpoint: URL, response: Response): Promise<Error> => {
  const answer = answerIn(await textOf(response).catch(() => ''));
  const [error] = answer?.errors ?? [];
  return error ? refusal(error) : strangeAnswer(endpoint, response);
};

/** Twice as long each time, and not all clients of a service that comes back at the same moment. */
const pauseMs = (failures: number): number =>
  Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (failures - 1)) * (0.5 + Math.random() / 2);

/** The connection is lost, and made again; then it is there again. */
export interface Reconnects {
  lost(why: string): void;
  back(): void;
}

/**
 * What holds now, then each change, also over connections that are lost once one has been there. Ends when the service says
 * that the stream is complete, or when the person has seen enough: then the client's signal is aborted.
 */
export async function* subscribe<R, V extends Record<string, unknown>>(
  client: Client,
  document: TypedDocumentString<R, V>,
  variables: V,
  reconnects: Reconnects,
): AsyncGenerator<Answered<R>> {
  let wasThere = false;
  for (let failures = 0; ;) {
    try {
      for await (const data of once(client, document, variables)) {
        if (failures > 0) reconnects.back();
        failures = 0;
        wasThere = true;
        yield data;
      }
      return;
    } catch (error) {
      if (client.signal.aborted) return;
      if (!wasThere || !(error instanceof ExitError) || error.exitCode !== EXIT_CODES.later) throw error;
      if (failures === 0) reconnects.lost(error.message);
      failures += 1;
      await client.clock.sleep(pauseMs(failures), client.signal).catch(() => undefined);
    }
  }
}

import type { Clock } from '../../clock.ts';
import { VERSION } from '../../version.ts';
import { EXIT_CODES, ExitError } from '../exit-codes.ts';
import { interruptedCall, refusal, strangeAnswer, unanswered, unansweredFor, type WireError } from './errors.ts';
import type { TypedDocumentString } from './gql/graphql.ts';
import type { Target } from './options.ts';

/** Longer than any call of the service takes. */
const ANSWER_MS = 35_000;

/** In bytes: far more than any answer of the service has. */
const LONGEST_ANSWER = 8 * 1024 * 1024;

/** @throws where it is longer: whoever answers so is no Privet, and would fill the memory. */
export const textOf = async (response: Response): Promise<string> => {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > LONGEST_ANSWER) throw new Error(`its answer is longer than ${LONGEST_ANSWER} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
};

/** A root field as it came: null only beside an error, which is thrown, or where there is no such thing. */
export type Answered<R> = { readonly [K in keyof R]: NonNullable<R[K]> };

export const headersFor = ({ token }: Target): Record<string, string> => ({
  authorization: `Bearer ${token}`,
  'content-type': 'application/json',
  'user-agent': `privet/${VERSION}`,
});

/** A client of the service's public API, like any other. */
export class Client {
  readonly target: Target;
  readonly clock: Clock;
  /** Aborted when the person has seen enough. */
  readonly signal: AbortSignal;

  constructor(target: Target, clock: Clock, signal: AbortSignal) {
    this.target = target;
    this.clock = clock;
    this.signal = signal;
  }

  /**
   * @param key makes it safe to send a change again: one with the same key is not made twice.
   * @throws ExitError or UsageError with what to say of it.
   */
  async call<R, V>(document: TypedDocumentString<R, V>, variables: V, key?: string): Promise<Answered<R>> {
    const { endpoint } = this.target;
    const query = document.toString();
    const changes = query.trimStart().startsWith('mutation');
    const headers = { ...headersFor(this.target), accept: 'application/json' };
    const late = new AbortController();
    using _timer = this.clock.after(ANSWER_MS, () => late.abort());
    let response: Response;
    let text: string;
    try {
      response = await fetch(endpoint, {
        method: 'POST',
        headers: { ...headers, ...(key !== undefined && { 'idempotency-key': key }) },
        body: JSON.stringify({ query, variables }),
        redirect: 'manual',
        signal: AbortSignal.any([this.signal, late.signal]),
      });
      text = await textOf(response);
    } catch (error) {
      if (this.signal.aborted) throw interruptedCall(changes);
      throw late.signal.aborted ? unansweredFor(ANSWER_MS, changes) : unanswered(endpoint, error, changes);
    }
    const answer = answerIn<R>(text);
    if (!answer) throw strangeAnswer(endpoint, response, changes);
    return dataOf(answer);
  }
}

interface Answer<R> {
  readonly data?: R | null | undefined;
  readonly errors?: readonly WireError[] | undefined;
}

/** Undefined where it is none of GraphQL's. */
export const answerIn = <R>(text: string): Answer<R> | undefined => {
  try {
    const answer: unknown = JSON.parse(text);
    const isAnswer = typeof answer === 'object' && answer !== null && ('data' in answer || 'errors' in answer);
    return isAnswer ? (answer as Answer<R>) : undefined;
  } catch {
    return undefined;
  }
};

/** The first error, where there is one: an operation here has one root field. */
export const dataOf = <R>({ data, errors = [] }: Answer<R>): Answered<R> => {
  const [error] = errors;
  if (error) throw refusal(error);
  if (!data || Object.values(data).includes(null)) throw new ExitError(EXIT_CODES.failed, 'There is no such thing');
  return data as Answered<R>;
};

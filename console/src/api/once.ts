import { type Client, createRequest, type TypedDocumentNode } from '@urql/core';
import { type Problem, problemOf } from './problem.ts';

const AGAIN_AFTER_MS = [1_000, 2_000, 4_000, 8_000, 8_000, 8_000];

/** A key for one press of a button. (`randomUUID` is there on HTTPS and this machine alone.) */
export const newKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');

export interface Once<Data, Variables> {
  readonly document: TypedDocumentNode<Data, Variables>;
  readonly variables: Variables;
  readonly key: string;
  /** Whether it was sent before, and what became of it is not known. */
  readonly wasSent?: boolean;
}

export interface Sent<Data> {
  readonly data: Data | undefined;
  readonly problem: Problem | undefined;
  /** Where something stopped it: whether it may have been made all the same. Otherwise nothing was. */
  readonly mayBeDone: boolean;
}

/** The call sent before is still at work. One that is refused for what was changed elsewhere tells the present settings. */
const isAtWork = ({ code, extensions }: Problem): boolean => code === 'CONFLICT' && extensions['current'] === undefined;

/**
 * Sends a change, and sends it again with the same key while no answer comes: the service makes it once, and answers like the
 * first time. Once an answer was lost, a refusal is of the second try alone: the service may have ended in the first.
 * @param onAgain is told of each time
 */
export async function sendOnce<Data, Variables extends Record<string, unknown>>(
  client: Client,
  { document, variables, key, wasSent = false }: Once<Data, Variables>,
  onAgain: () => void,
): Promise<Sent<Data>> {
  let mayBeDone = wasSent;
  for (let sent = 0; ; sent++) {
    const request = createRequest(document, variables, { idempotencyKey: key });
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    const { data, error } = await client.executeMutation(request).toPromise();
    const problem = problemOf(error);
    if (problem === undefined) return { data, problem, mayBeDone: false };
    const isOpen = problem.code === 'UNREACHABLE' || isAtWork(problem);
    mayBeDone ||= isOpen || problem.code === 'INTERNAL_SERVER_ERROR';
    const wait = AGAIN_AFTER_MS[sent];
    if (wait === undefined || !isOpen) return { data: undefined, problem, mayBeDone };
    onAgain();
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}

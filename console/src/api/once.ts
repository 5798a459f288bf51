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
}

/** Whether the call sent before is still at work, or its answer was lost: then the same call may be sent again. */
const isOpenStill = ({ code, extensions }: Problem, isAgain: boolean): boolean =>
  code === 'UNREACHABLE' || (isAgain && code === 'CONFLICT' && extensions['current'] === undefined);

/**
 * Sends a change, and sends it again with the same key while no answer comes: the service makes it once, and answers like the
 * first time. @param onAgain is told of each time
 */
export async function sendOnce<Data, Variables extends Record<string, unknown>>(
  client: Client,
  { document, variables, key }: Once<Data, Variables>,
  onAgain: () => void,
): Promise<{ readonly data: Data | undefined; readonly problem: Problem | undefined }> {
  for (let sent = 0; ; sent++) {
    const request = createRequest(document, variables, { idempotencyKey: key });
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    const { data, error } = await client.executeMutation(request).toPromise();
    const problem = problemOf(error);
    const wait = AGAIN_AFTER_MS[sent];
    if (problem === undefined || wait === undefined || !isOpenStill(problem, sent > 0)) return { data, problem };
    onAgain();
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}

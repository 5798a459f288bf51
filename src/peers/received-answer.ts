import { constants } from 'node:http2';
import { deserialize } from 'node:v8';
import type { Clock } from '../clock.ts';
import type { SentRequest } from './client-connection.ts';
import { HEADERS, textOf } from './headers.ts';
import type { PeerLimits } from './limits.ts';
import { isSameMark } from './marks.ts';
import { type ErrorCodec, OUTCOME } from './outcome.ts';
import { type PeerCall, PeerError } from './peers.ts';

export interface ReceivingDeps {
  readonly codec: ErrorCodec;
  readonly clock: Clock;
  readonly limits: PeerLimits;
}

/** Why there is no answer. */
export const unanswered = ({ isUnseen }: SentRequest): PeerError =>
  isUnseen()
    ? new PeerError('unreachable', 'The node takes no more questions')
    : new PeerError('lost', 'The connection to the node broke before its answer came');

/**
 * The answer to a request. What did not come whole, in time and marked by the other node counts as lost.
 * @throws as Peers.ask
 */
export function receiveAnswer(sent: SentRequest, call: PeerCall, deps: ReceivingDeps): Promise<unknown> {
  const { stream } = sent;
  const { codec, clock, limits } = deps;
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const giveUp = (reason: unknown): void => {
    reject(reason);
    stream.close(constants.NGHTTP2_CANCEL);
  };
  const onAbort = (): void => giveUp(call.signal.reason);
  const timer = clock.after(Math.min(call.remainingMs, limits.longestMs), () =>
    giveUp(new PeerError('lost', 'The node did not answer in time')),
  );
  call.signal.addEventListener('abort', onAbort, { once: true });
  if (call.signal.aborted) onAbort();
  const chunks: Buffer[] = [];
  let length = 0;
  let status = 0;
  let mark: string | undefined;
  stream.once('response', (headers) => {
    status = headers[':status'] ?? 0;
    mark = textOf(headers, HEADERS.mark);
  });
  stream.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length > limits.answerBytes) giveUp(new PeerError('lost', 'The answer of the node is too long'));
    else chunks.push(chunk);
  });
  stream.once('end', () => {
    const body = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
    // Nobody else may answer, be it by what lies on the way.
    if (!isSameMark(mark, sent.marks.answer(sent.sequence, status, body))) return reject(unanswered(sent));
    try {
      if (status === OUTCOME.value) resolve(deserialize(body));
      else reject(codec.decode(status, body));
    } catch (error) {
      reject(error);
    }
  });
  stream.once('close', () => {
    timer[Symbol.dispose]();
    call.signal.removeEventListener('abort', onAbort);
    reject(unanswered(sent));
  });
  return promise;
}

import { type Clock, deadlineIn } from '../../clock.ts';
import type { InstanceView } from '../../instance/state.ts';
import type { PeerCall, PeerHandler } from '../../peers/peers.ts';
import { type Reading, readingOf } from '../watching/session-watching.ts';
import { type Answer, answerOf, errorFrom, type SentError } from './answers.ts';
import { TOPICS, told } from './feed.ts';
import { INSTANCE_CALLS, isInstanceCall, type SentCall, type Target } from './instance-calls.ts';
import type { Near } from './near.ts';

/** What this node does for others: calls of its own instances, and it never asks anybody else for them. */
export class ServedCalls implements PeerHandler {
  readonly #near: Near;
  readonly #clock: Clock;
  readonly #running = new Map<string, AbortController>();

  constructor(near: Near, clock: Clock) {
    this.#near = near;
    this.#clock = clock;
  }

  async ask(method: string, body: unknown, call: PeerCall): Promise<unknown> {
    if (isInstanceCall(method)) return this.#call(method, body as SentCall, call);
    switch (method) {
      case 'views':
        return this.#views(body as readonly string[]);
      case 'readings':
        return this.#readings(body as readonly string[]);
      case 'withdraw': {
        const { id, reason } = body as { id: string; reason: SentError };
        this.#running.get(id)?.abort(errorFrom(reason));
        return undefined;
      }
      default:
        throw new TypeError(`Nothing here does ${method}`);
    }
  }

  async *stream(method: string, body: unknown, signal: AbortSignal): AsyncIterable<unknown> {
    if (method === 'told') {
      const topic = TOPICS.find((each) => each === body);
      if (topic) yield* told(topic, this.#near.watching, signal);
      return;
    }
    const { accountId, instanceId, name } = body as Pick<SentCall, 'accountId' | 'instanceId' | 'name'>;
    const reach = { accountId, instanceId };
    let values: AsyncIterable<unknown> | undefined;
    const first = await answerOf(async () => {
      if (method === 'watchInstance') values = await this.#near.watching.watchInstance(reach, name, signal);
      else if (method === 'watchPrivacy') values = await this.#near.watching.watchPrivacy(reach, name, signal);
      else throw new TypeError(`Nothing here streams ${method}`);
    });
    if (first.kind !== 'value' || !values) return yield first;
    for await (const value of values) yield { kind: 'value', value } satisfies Answer;
  }

  async #call(method: keyof typeof INSTANCE_CALLS, sent: SentCall, { signal, remainingMs }: PeerCall): Promise<Answer> {
    const own = new AbortController();
    const stop = (): void => own.abort(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    this.#running.set(sent.id, own);
    const target: Target = { reach: { accountId: sent.accountId, instanceId: sent.instanceId }, name: sent.name };
    const call = { signal: own.signal, deadline: deadlineIn(this.#clock, remainingMs) };
    // Which arguments a call has is its sender's to know: it is the same program.
    const run = INSTANCE_CALLS[method].run as (...args: readonly unknown[]) => Promise<unknown>;
    try {
      return await answerOf(() => run(this.#near, target, call, sent.args));
    } finally {
      this.#running.delete(sent.id);
      signal.removeEventListener('abort', stop);
    }
  }

  #views(ids: readonly string[]): ReadonlyMap<string, InstanceView> {
    const sessions = ids.map((id) => this.#near.sessions.byId(id));
    return new Map(sessions.flatMap((session) => (session ? [[session.view.id, session.view]] : [])));
  }

  #readings(ids: readonly string[]): ReadonlyMap<string, Reading> {
    const readings = ids.map((id) => {
      const session = this.#near.sessions.byId(id);
      return session && readingOf(session);
    });
    return new Map(
      readings.flatMap((one) => (one === undefined || one === 'none_yet' ? [] : [[one.instance.id, one]])),
    );
  }
}

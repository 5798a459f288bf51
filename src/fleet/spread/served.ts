import { type Clock, deadlineIn } from '../../clock.ts';
import { PrivetError } from '../../errors.ts';
import type { InstanceView } from '../../instance/state.ts';
import { ElsewhereError } from '../../nodes/elsewhere.ts';
import { type PeerCall, PeerError, type PeerHandler } from '../../peers/peers.ts';
import { type Reading, readingOf } from '../watching/session-watching.ts';
import type { Withdrawn } from '../routing/forward.ts';
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
        const { id, code, message } = body as Withdrawn & { id: string };
        this.#running.get(id)?.abort(new PrivetError(code, message));
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
    try {
      if (method === 'watchInstance') yield* await this.#near.watching.watchInstance(reach, name, signal);
      else if (method === 'watchPrivacy') yield* await this.#near.watching.watchPrivacy(reach, name, signal);
      else throw new TypeError(`Nothing here streams ${method}`);
    } catch (error) {
      throw outward(error);
    }
  }

  async #call(
    method: keyof typeof INSTANCE_CALLS,
    sent: SentCall,
    { signal, remainingMs }: PeerCall,
  ): Promise<unknown> {
    const own = new AbortController();
    const stop = (): void => own.abort(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    this.#running.set(sent.id, own);
    const { accountId, instanceId, name } = sent;
    const target: Target = { reach: { accountId, instanceId, onFound: ({ id }) => this.#check(id, sent) }, name };
    const call = { signal: own.signal, deadline: deadlineIn(this.#clock, remainingMs) };
    // Which arguments a call has is its sender's to know: it is the same program.
    const run = INSTANCE_CALLS[method].run as (...args: readonly unknown[]) => Promise<unknown>;
    try {
      return await run(this.#near, target, call, sent.args);
    } catch (error) {
      throw outward(error);
    } finally {
      this.#running.delete(sent.id);
      signal.removeEventListener('abort', stop);
    }
  }

  /**
   * That this node has the instance as the asker believes. Where it came back meanwhile, the asker would take it for gone
   * while the call runs, and send a change again.
   */
  #check(id: string, { epoch }: SentCall): void {
    if (epoch === undefined || this.#near.sessions.byId(id)?.life.epoch === epoch) return;
    throw new PeerError('moved', `The instance ${id} is not here under that epoch`);
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

/** One that is not here is for the other node to look up: who is asked asks nobody else. */
const outward = (error: unknown): unknown =>
  error instanceof ElsewhereError ? new PeerError('moved', error.message, { cause: error }) : error;

import type { Call } from '../../call.ts';
import type { Clock } from '../../clock.ts';
import { PrivetError } from '../../errors.ts';
import { type Peer, PeerError, type Peers } from '../../peers/peers.ts';
import type { InstanceOwner } from '../../storage/nodes/node-store.ts';
import type { NodeEvents } from '../../telemetry/node-events.ts';
import type { ForwardOutcome } from '../../telemetry/node-metrics.ts';
import { INSTANCE_CALLS, type InstanceCallName, type SentCall } from '../spread/instance-calls.ts';
import type { OwnerWatch } from './owner-watch.ts';

/** A call that was withdrawn, or whose time is up, is still answered truthfully: so long is waited for that. */
const LATE_MS = 2_000;

export interface ForwardOptions {
  readonly clock: Clock;
  readonly peers: Peers;
  readonly watch: Pick<OwnerWatch, 'watch'>;
  readonly events?: Pick<NodeEvents, 'forwarded'> | undefined;
}

export interface Forwarded {
  readonly method: InstanceCallName;
  readonly instanceId: string;
  readonly owner: InstanceOwner;
  readonly peer: Peer;
  readonly sent: SentCall;
  readonly call: Call;
}

export type ForwardEnd =
  | { readonly kind: 'value'; readonly value: unknown }
  /** What the call came to there. */
  | { readonly kind: 'error'; readonly error: unknown }
  /** It does not have the instance, and did nothing. */
  | { readonly kind: 'moved' }
  /** Nothing reached it. */
  | { readonly kind: 'unreachable' }
  /** It may have done it. */
  | { readonly kind: 'lost' }
  /** It may have done it, and does not have the instance any more. */
  | { readonly kind: 'left' };

/** Why a call is to begin nothing more. */
export type Withdrawn = Pick<PrivetError, 'code' | 'message'>;

class LeftError extends Error {}

/** Has one call done by the node that has its instance, for as long as it has it. */
export async function forward(options: ForwardOptions, asked: Forwarded): Promise<ForwardEnd> {
  const { clock, events } = options;
  const from = clock.monotonic();
  let outcome: ForwardOutcome = 'withdrawn';
  try {
    const end = await send(options, asked);
    outcome = OUTCOMES[end.kind];
    return end;
  } finally {
    events?.forwarded(outcome, clock.monotonic() - from);
  }
}

const OUTCOMES: Readonly<Record<ForwardEnd['kind'], ForwardOutcome>> = {
  value: 'answered',
  error: 'answered',
  moved: 'moved',
  unreachable: 'unreachable',
  lost: 'lost',
  left: 'lost',
};

async function send(
  { clock, peers, watch }: ForwardOptions,
  { method, instanceId, owner, peer, sent, call }: Forwarded,
): Promise<ForwardEnd> {
  const own = new AbortController();
  let withdrawal: AbortController | undefined;
  let late: Disposable | undefined;
  const withdraw = (): void => {
    late ??= clock.after(call.deadline.remaining() + LATE_MS, () => own.abort(call.signal.reason));
    const { reason } = call.signal;
    const why: Withdrawn =
      reason instanceof PrivetError ? reason : { code: 'TIMEOUT', message: 'The call was given up' };
    const body = { id: sent.id, code: why.code, message: why.message };
    withdrawal = new AbortController();
    const ask = { signal: withdrawal.signal, remainingMs: LATE_MS };
    void peers.ask(peer, 'withdraw', body, ask).catch(() => undefined);
  };
  call.signal.throwIfAborted();
  call.signal.addEventListener('abort', withdraw, { once: true });
  // A call does not wait for a node that has lost its instance.
  const { isChange } = INSTANCE_CALLS[method];
  using _ = watch.watch({ instanceId, owner, isChange, onLeft: () => own.abort(new LeftError()) });
  try {
    const remainingMs = call.deadline.remaining();
    return { kind: 'value', value: await peers.ask(peer, method, sent, { signal: own.signal, remainingMs }) };
  } catch (error) {
    if (own.signal.aborted && own.signal.reason instanceof LeftError) return { kind: 'left' };
    return error instanceof PeerError ? { kind: error.fault } : { kind: 'error', error };
  } finally {
    call.signal.removeEventListener('abort', withdraw);
    withdrawal?.abort();
    late?.[Symbol.dispose]();
  }
}

import { randomUUID } from 'node:crypto';
import type { Call } from '../../call.ts';
import { type Deadline, deadlineIn } from '../../clock.ts';
import { InstanceNotConnectedError, PrivetError } from '../../errors.ts';
import { MOVING, OUT_OF_REACH, type StateReason } from '../../instance/state.ts';
import { ElsewhereError } from '../../nodes/elsewhere.ts';
import type { InstanceOwner } from '../../storage/nodes/node-store.ts';
import { LAST_SEND_MS } from '../../privacy/time.ts';
import type { FleetCalls } from '../calls/fleet-calls.ts';
import { forward, type ForwardEnd, type ForwardOptions } from './forward.ts';
import { INSTANCE_CALLS, type InstanceCallName, type InstanceCalls, type Target } from './instance-calls.ts';

/** How long a call waits for somebody to have its instance: as long as for one that connects. */
const PATIENCE_MS = 8_000;
const PAUSE_MS = 150;
/** When another try makes sense, for who was told that nobody has the instance. */
const RETRY_MS = 2_000;

export interface RouterOptions extends ForwardOptions {
  /** The calls of the instances that are here; others throw `ElsewhereError`. */
  readonly near: FleetCalls;
}

/** A change that was sent to a node and not answered, and could not be sent again; `cause` says why. */
export class OutcomeUnknownError extends PrivetError {
  override readonly name = 'OutcomeUnknownError';

  constructor(cause: unknown) {
    const what = 'The node that has the instance was lost while it worked: it is not known whether the change was made';
    super('TIMEOUT', `${what}; read what holds now, or send a call with an Idempotency-Key again`, { cause });
  }
}

/** Does calls where their instance is. */
export class Router {
  readonly #options: RouterOptions;

  constructor(options: RouterOptions) {
    this.#options = options;
  }

  async run<Name extends InstanceCallName>(
    method: Name,
    target: Target,
    call: Call,
    args: InstanceCalls[Name]['args'],
  ): Promise<InstanceCalls[Name]['answer']> {
    const route = new Route(this.#options, call, INSTANCE_CALLS[method].isChange);
    for (;;) {
      let elsewhere: ElsewhereError;
      try {
        return await INSTANCE_CALLS[method].run(this.#options.near, target, call, args);
      } catch (error) {
        if (!(error instanceof ElsewhereError)) throw route.told(error);
        elsewhere = error;
      }
      target.reach.onFound?.({ id: elsewhere.instanceId, name: target.name });
      const sent = {
        id: randomUUID(),
        accountId: target.reach.accountId,
        instanceId: elsewhere.instanceId,
        name: target.name,
        args,
      };
      const { instanceId } = elsewhere;
      const end = await route.ask(elsewhere, (owner, peer) =>
        forward(this.#options, { method, instanceId, owner, peer, call, sent }),
      );
      if (end?.kind === 'error') throw route.told(end.error);
      if (end?.kind === 'value') return end.value as InstanceCalls[Name]['answer'];
    }
  }
}

/** The tries of one call. */
class Route {
  readonly #options: RouterOptions;
  readonly #call: Call;
  readonly #isChange: boolean;
  #patience: Deadline | undefined;
  /** An earlier try may have done it. */
  #mayBeDone = false;
  /** Who may have done it. It is not asked again, unless it has the instance anew. */
  #lostAt: InstanceOwner | undefined;

  constructor(options: RouterOptions, call: Call, isChange: boolean) {
    this.#options = options;
    this.#call = call;
    this.#isChange = isChange;
  }

  /** Asks who has the instance; undefined where nobody could be asked, and another look makes sense. */
  async ask(
    { owner }: ElsewhereError,
    send: (owner: InstanceOwner, peer: { incarnation: string; url: string }) => Promise<ForwardEnd>,
  ): Promise<ForwardEnd | undefined> {
    const { membership } = this.#options;
    const node = owner && (await membership.find(owner.incarnation));
    // It is taken here where that is possible; or it is being taken here, or is about to leave.
    if (!owner || !node?.isLive || owner.incarnation === membership.incarnation) return this.#wait(MOVING);
    // A change is not made twice by the same node.
    if (this.#isChange && isSame(owner, this.#lostAt)) return this.#wait(OUT_OF_REACH);
    const end = await send(owner, node);
    if (end.kind === 'lost' || end.kind === 'left') {
      this.#mayBeDone ||= this.#isChange;
      this.#lostAt = owner;
    }
    if (end.kind === 'moved' || end.kind === 'lost') await this.#wait(MOVING);
    if (end.kind === 'unreachable') await this.#wait(OUT_OF_REACH);
    return end;
  }

  /** What the caller is told of an error: it may not be that of the first try. */
  told(error: unknown): unknown {
    const { signal } = this.#call;
    if (!this.#mayBeDone || (signal.aborted && error === signal.reason)) return error;
    // What may have been made is not said to have failed.
    return new OutcomeUnknownError(error);
  }

  async #wait(reason: StateReason): Promise<undefined> {
    const { clock } = this.#options;
    const { deadline, signal } = this.#call;
    this.#patience ??= deadlineIn(clock, Math.min(PATIENCE_MS, deadline.remaining() - LAST_SEND_MS));
    if (this.#patience.remaining() <= 0) {
      const retryAt = clock.now() + RETRY_MS;
      const error = new InstanceNotConnectedError({ state: 'RECONNECTING', reason: { ...reason, retryAt } });
      throw this.told(error);
    }
    await clock.sleep(PAUSE_MS, signal);
  }
}

const isSame = (one: InstanceOwner, other: InstanceOwner | undefined): boolean =>
  one.incarnation === other?.incarnation && one.epoch === other.epoch;

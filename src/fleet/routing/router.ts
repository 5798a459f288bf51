import { randomUUID } from 'node:crypto';
import type { Call } from '../../call.ts';
import { type Deadline, deadlineIn } from '../../clock.ts';
import { InstanceNotConnectedError, PrivetError } from '../../errors.ts';
import { MOVING, OUT_OF_REACH, type StateReason } from '../../instance/state.ts';
import { ElsewhereError } from '../../nodes/elsewhere.ts';
import type { Membership } from '../../nodes/membership.ts';
import type { InstanceOwner } from '../../storage/nodes/node-store.ts';
import { LAST_SEND_MS } from '../../privacy/time.ts';
import type { FleetCalls } from '../calls/fleet-calls.ts';
import { INSTANCE_CALLS, type InstanceCallName, type InstanceCalls, type Target } from '../spread/instance-calls.ts';
import type { Near } from '../spread/near.ts';
import { forward, type ForwardEnd, type ForwardOptions } from './forward.ts';
import type { KnownOwners, Whereabout } from './known-owners.ts';
import { isSameOwner } from './owner-watch.ts';

/** How long a call waits for somebody to have its instance: as long as for one that connects. */
const PATIENCE_MS = 8_000;
const PAUSE_MS = 150;
/** When another try makes sense, for who was told that nobody has the instance. */
const RETRY_MS = 2_000;

export interface RouterOptions extends ForwardOptions {
  /** The calls of the instances that are here; others throw `ElsewhereError`. */
  readonly near: FleetCalls & { readonly sessions: Pick<Near['sessions'], 'find'> };
  readonly membership: Pick<Membership, 'incarnation' | 'find'>;
  readonly owners: KnownOwners;
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
    const { near, owners, clock } = this.#options;
    const route = new Route(this.#options, call, INSTANCE_CALLS[method].isChange);
    for (let known = this.#known(target); ; known = undefined) {
      let where: Where | undefined = known;
      if (!where) {
        const readAt = clock.monotonic();
        try {
          return await INSTANCE_CALLS[method].run(near, target, call, args);
        } catch (error) {
          if (!(error instanceof ElsewhereError)) throw route.told(error);
          owners.note(target, error, readAt);
          where = error;
        }
      }
      const { instanceId } = where;
      target.reach.onFound?.({ id: instanceId, name: target.name });
      const end = await route.ask(where, (owner, peer) => {
        const { accountId } = target.reach;
        const { epoch } = owner;
        const sent = { id: randomUUID(), accountId, instanceId, epoch, name: target.name, args };
        return forward(this.#options, { method, instanceId, owner, peer, call, sent });
      });
      if (end.kind === 'value') return end.value as InstanceCalls[Name]['answer'];
      // Where it was known, another one of that name may be in its place by now.
      if (end.kind === 'error' && !(known && isNotFound(end.error))) throw route.told(end.error);
      owners.forget(target);
      if (where.owner && (end.kind === 'lost' || end.kind === 'unreachable')) owners.forgetNode(where.owner);
      // What was known may have been old: it is looked up at once.
      if (!known) await route.pause(end.kind);
    }
  }

  /** Who had it a moment ago, unless it is here by now. */
  #known(target: Target): Whereabout | undefined {
    const { near, owners } = this.#options;
    const known = owners.get(target);
    return known && near.sessions.find(target.reach, target.name) ? undefined : known;
  }
}

const isNotFound = (error: unknown): boolean => error instanceof PrivetError && error.code === 'NOT_FOUND';

/** An instance, and who has it; undefined where nobody has. */
type Where = Pick<ElsewhereError, 'instanceId' | 'owner'>;

type Asked =
  | ForwardEnd
  /** Nobody who lives has it. */
  | { readonly kind: 'nobody' }
  /** Only who may have made this change already. */
  | { readonly kind: 'again' };

/** What a caller is told who has waited in vain, by how the last try ended. */
const REASONS: Readonly<Partial<Record<Asked['kind'], StateReason>>> = {
  nobody: MOVING,
  again: OUT_OF_REACH,
  moved: MOVING,
  lost: MOVING,
  unreachable: OUT_OF_REACH,
};

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

  /** Asks who has the instance. */
  async ask(
    { owner }: Where,
    send: (owner: InstanceOwner, peer: { incarnation: string; url: string }) => Promise<ForwardEnd>,
  ): Promise<Asked> {
    const { membership } = this.#options;
    const node = owner && (await membership.find(owner.incarnation));
    // It is taken here where that is possible; or it is being taken here, or is about to leave.
    if (!owner || !node?.isLive || owner.incarnation === membership.incarnation) return { kind: 'nobody' };
    // A change is not made twice by the same node.
    if (this.#isChange && isSameOwner(owner, this.#lostAt)) return { kind: 'again' };
    const end = await send(owner, node);
    if (end.kind === 'lost' || end.kind === 'left') {
      this.#mayBeDone ||= this.#isChange;
      this.#lostAt = owner;
    }
    return end;
  }

  /** Before another look for who has it. @throws InstanceNotConnectedError where it has been looked for long enough */
  async pause(end: Asked['kind']): Promise<void> {
    const reason = REASONS[end];
    if (!reason) return;
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

  /** What the caller is told of an error: it may not be that of the first try. */
  told(error: unknown): unknown {
    const { signal } = this.#call;
    if (!this.#mayBeDone || (signal.aborted && error === signal.reason)) return error;
    // What may have been made is not said to have failed.
    return new OutcomeUnknownError(error);
  }
}

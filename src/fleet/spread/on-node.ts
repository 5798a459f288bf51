import type { Clock } from '../../clock.ts';
import type { Node } from '../../nodes/node.ts';
import { Receiving } from '../../nodes/receiving.ts';
import type { Telling } from '../../nodes/telling.ts';
import type { PeerHandler } from '../../peers/peers.ts';
import { SettingsChangedError } from '../../privacy/policies/condition.ts';
import type { NodeEvents } from '../../telemetry/node-events.ts';
import type { Fleet } from '../fleet.ts';
import { ServedCalls } from './served.ts';
import { SpreadFleet } from './spread-fleet.ts';

/** What is told from node to node as what it is, beside the errors of all parts. */
export const CROSSING_ERRORS = [SettingsChangedError];

/** The instances of all nodes, and what this one does for the others. */
export interface FleetOnNode extends Disposable {
  readonly calls: SpreadFleet;
  readonly handler: PeerHandler;
}

export interface OnNodeOptions {
  readonly clock: Clock;
  readonly events?: NodeEvents | undefined;
  /** What else the others tell this node. */
  readonly telling?: Pick<Telling, 'ask'> | undefined;
}

/** Puts a fleet on its node: its claims reach it, and so do the other nodes. */
export function putOnNode(fleet: Fleet, node: Node, { clock, events, telling }: OnNodeOptions): FleetOnNode {
  const { membership, claims, peers, store } = node;
  const { residents, slots } = fleet;
  using stack = new DisposableStack();
  const claim = (instanceId: string): Promise<boolean> => claims.claimNow(instanceId);
  const calls = stack.use(new SpreadFleet({ near: fleet, clock, peers, membership, store, claim, events }));
  const receiving = stack.use(new Receiving({ clock, membership, residents, slots, share: claims }));
  const served = new ServedCalls(fleet, clock);
  claims.watch(residents, events);
  let { held } = membership;
  stack.use(
    membership.onChange(() => {
      if (membership.held !== held) events?.leaseChanged((held = membership.held));
    }),
  );
  const owned = stack.move();
  return {
    calls,
    handler: {
      ask: (method, body, call) =>
        receiving.ask(method, body, call) ?? telling?.ask(method, body) ?? served.ask(method, body, call),
      stream: (...question) => served.stream(...question),
    },
    [Symbol.dispose]: () => owned.dispose(),
  };
}

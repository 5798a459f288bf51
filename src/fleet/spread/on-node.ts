import type { Clock } from '../../clock.ts';
import type { Node } from '../../nodes/node.ts';
import { Receiving } from '../../nodes/receiving.ts';
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

/** Puts a fleet on its node: its claims reach it, and so do the other nodes. */
export function putOnNode(fleet: Fleet, node: Node, clock: Clock, events?: NodeEvents): FleetOnNode {
  const { membership, claims, peers, store } = node;
  const { residents, slots } = fleet;
  using stack = new DisposableStack();
  const claim = (instanceId: string): Promise<boolean> => claims.claimNow(instanceId);
  const calls = stack.use(new SpreadFleet({ near: fleet, clock, peers, membership, store, claim, events }));
  const receiving = stack.use(new Receiving({ clock, membership, residents, slots }));
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
      ask: (...question) => receiving.ask(...question) ?? served.ask(...question),
      stream: (...question) => served.stream(...question),
    },
    [Symbol.dispose]: () => owned.dispose(),
  };
}

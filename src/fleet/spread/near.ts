import type { Session } from '../../instance/session.ts';
import type { FleetCalls } from '../calls/fleet-calls.ts';
import type { InstanceRegistry } from '../instance-registry.ts';
import type { InstanceRows } from '../instance-rows.ts';
import type { SessionWatching } from '../watching/session-watching.ts';

/** The instances of this node, as the calls over all nodes see them. Their calls throw `ElsewhereError` for others. */
export interface Near extends FleetCalls {
  readonly sessions: InstanceRegistry<Session>;
  /** Of the instances of all nodes. */
  readonly rows: InstanceRows;
  readonly watching: SessionWatching;
}

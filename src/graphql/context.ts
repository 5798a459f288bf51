import type { Principal } from '../access/principal.ts';
import type { TokenAdmin } from '../access/tokens/token-admin.ts';
import type { Deadline } from '../clock.ts';
import type { FleetCalls } from '../fleet/calls/fleet-calls.ts';
import type { Reach } from '../fleet/calls/reach.ts';
import type { RequestRecord } from '../telemetry/request-record.ts';
import type { Admission } from './pipeline/admission.ts';

/** What resolvers work with. Every operation has a principal: without one it is refused before it is parsed. */
export interface GraphQLContext {
  readonly fleet: FleetCalls;
  readonly tokens: TokenAdmin;
  readonly principal: Principal;
  /** What becomes known of the request, for its line in the log. */
  readonly record: RequestRecord | undefined;
  /** Of the header `Idempotency-Key`, or of the operation's `extensions`: an update sent twice with it is made once. */
  readonly idempotencyKey: string | undefined;
  /** Whose instances the principal may touch. */
  readonly reach: Reach;
  /** Aborts when the client goes away, when the operation's time is up or its token ends, and for streams when the server closes. */
  readonly signal: AbortSignal;
  /** The same, but not with the token: what has begun by its end is still answered. Stops waiting, not the work. */
  answer<T>(work: () => T | Promise<T>): T | Promise<T>;
  /** What is left of the operation's time; a stream has no end of its own. */
  readonly deadline: Deadline;
  readonly admission: Admission;
}

import type { Gate } from '../access/limits/gate.ts';
import type { TokenAdmin } from '../access/tokens/token-admin.ts';
import { systemClock, type Clock } from '../clock.ts';
import type { FleetCalls } from '../fleet/calls/fleet-calls.ts';

/** What this edge logs with; pino's logger is one. */
export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** What the GraphQL edge is made with. */
export interface GraphQLServices {
  readonly fleet: FleetCalls;
  readonly tokens: TokenAdmin;
  readonly gate: Gate;
  readonly log: Log;
  readonly clock?: Clock | undefined;
}

export const clockOf = (services: GraphQLServices): Clock => services.clock ?? systemClock;

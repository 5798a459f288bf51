import type { Gate } from '../access/limits/gate.ts';
import type { Clock } from '../clock.ts';
import type { Directory } from '../fleet/calls/directory.ts';
import type { PrivacyCalls } from '../fleet/calls/privacy-calls.ts';
import type { Client, FixedAnswer, Problem } from '../route.ts';
import type { RequestRecord } from '../telemetry/request-record.ts';

/** A route of the HTTP server: `Route` of `http/` without importing it. */
export interface RestRoute {
  readonly edge: 'rest';
  owns(pathname: string): boolean;
  /** The answer to a GET or HEAD of this path where it never changes. */
  fixed(pathname: string): FixedAnswer | undefined;
  handle(request: Request, client: Client, record: RequestRecord): Promise<Response>;
  refuse(problem: Problem, pathname: string): Response;
}

/** What this edge needs of the service. */
export interface RestServices {
  readonly directory: Directory;
  readonly privacy: PrivacyCalls;
  readonly gate: Gate;
  readonly clock: Clock;
}

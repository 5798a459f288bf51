import type { Gate } from '../access/limits/gate.ts';
import type { Clock } from '../clock.ts';
import type { Directory } from '../fleet/calls/directory.ts';
import type { PrivacyCalls } from '../fleet/calls/privacy-calls.ts';
import type { RequestRecord } from '../telemetry/request-record.ts';

/** Why a call failed, before an envelope formats it. The server reports its own refusals as problems too. */
export interface Problem {
  readonly status: number;
  /** Stable: an envelope may have a text of its own for it. */
  readonly code: string;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** Who sent a request. */
export interface Client {
  /** For limits by address. */
  readonly address: string;
}

/** An answer that is made once, and is the same for everybody. */
export interface FixedAnswer {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

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

import type { Gate } from '../access/limits/gate.ts';
import type { Clock } from '../clock.ts';
import type { Directory } from '../fleet/calls/directory.ts';
import type { PrivacyCalls } from '../fleet/calls/privacy-calls.ts';
import type { RequestRecord } from '../telemetry/request-record.ts';

/** Something that is wrong with a call, before an envelope words it. What the server refuses by itself is one too. */
export interface Problem {
  readonly status: number;
  /** Stable: an envelope may have words of its own for it. */
  readonly code: string;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** Who sent a request, beyond what its headers claim. */
export interface Client {
  /** For limits by address. */
  readonly address: string;
}

/** An answer that is the same for everybody, made once. */
export interface FixedAnswer {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** A part of the HTTP server, as this edge sees it: it is handed to the server, and knows nothing of it. */
export interface RestRoute {
  readonly edge: 'rest';
  owns(pathname: string): boolean;
  /** What a GET or HEAD of this path is answered with, where that is always the same. */
  fixed(pathname: string): FixedAnswer | undefined;
  handle(request: Request, client: Client, record: RequestRecord): Promise<Response>;
  refuse(refusal: Problem, pathname: string): Response;
}

/** What this edge is made with. */
export interface RestServices {
  readonly directory: Directory;
  readonly privacy: PrivacyCalls;
  readonly gate: Gate;
  readonly clock: Clock;
}

import type { Call } from '../call.ts';
import type { TokenScope } from '../access/principal.ts';
import type { PrivacyField } from '../privacy/fields.ts';
import { specOf } from '../privacy/fields.ts';
import type { RequestedChange } from '../privacy/outcome.ts';
import type { Snapshot } from '../privacy/settings.ts';
import type { Directory } from '../fleet/calls/directory.ts';
import type { IdempotencyKey } from '../fleet/calls/idempotency-key.ts';
import type { PrivacyCalls } from '../fleet/calls/privacy-calls.ts';
import type { Reach } from '../fleet/calls/reach.ts';
import type { RequestRecord } from '../telemetry/request-record.ts';
import type { Envelope } from './envelope.ts';
import { ProblemError } from './problem.ts';

/** How a call names its instance. */
export interface InstancePath {
  /** The path segment with the instance's name, still encoded; empty where the path has none. */
  readonly segment: string;
  readonly directory: Directory;
  readonly reach: Reach;
}

/** One authorized call of an endpoint. */
export interface EndpointCall extends Call, InstancePath {
  readonly request: Request;
  readonly privacy: PrivacyCalls;
  readonly record: RequestRecord;
  /** From the header `Idempotency-Key`: an update that is sent twice with it is made once. */
  readonly key: IdempotencyKey | undefined;
}

export type Method = 'GET' | 'POST' | 'PATCH';

export interface Endpoint {
  readonly scope: TokenScope;
  run(call: EndpointCall): Promise<Response>;
}

/** The endpoints of one path. */
export interface Resource {
  /** As in OpenAPI: `{name}` for a variable segment. */
  readonly path: string;
  readonly envelope: Envelope;
  /** The segment that names the instance, '' where the path has none; undefined when another resource has the path. */
  match(pathname: string): string | undefined;
  /**
   * The name of the instance; empty where there is none.
   * @throws ProblemError 400 for a malformed path.
   */
  instance(named: InstancePath): Promise<string>;
  readonly endpoints: Readonly<Partial<Record<Method, Endpoint>>>;
}

/**
 * Applies the changes.
 * @returns the read-back.
 * @throws ProblemError 500 with the first field that failed. Other fields may have been applied.
 */
export async function applyChanges(
  call: EndpointCall,
  name: string,
  changes: readonly RequestedChange[],
): Promise<Snapshot> {
  const { outcome } = await call.privacy.update(call.reach, name, changes, call, call.key);
  call.record.noteUpdate(outcome.stanzas, outcome.failures.length);
  const [first] = outcome.failures;
  if (first) throw updateFailed(first.field, first.message);
  // Without a read-back all requested fields are failures.
  if (!outcome.snapshot) throw new TypeError('An update without failures has no read-back');
  return outcome.snapshot;
}

const updateFailed = (field: PrivacyField, reason: string): ProblemError =>
  new ProblemError(500, 'UPDATE_FAILED', `failed to update ${specOf(field).name} privacy: ${reason}`);

import type { Call } from '../call.ts';
import type { TokenScope } from '../access/principal.ts';
import type { PrivacyField } from '../privacy/fields.ts';
import { specOf } from '../privacy/fields.ts';
import type { RequestedChange } from '../privacy/outcome.ts';
import type { Snapshot } from '../privacy/settings.ts';
import type { Directory } from '../fleet/calls/directory.ts';
import type { IdempotencyKey, PrivacyCalls } from '../fleet/calls/privacy-calls.ts';
import type { Reach } from '../fleet/calls/reach.ts';
import type { RequestRecord } from '../telemetry/request-record.ts';
import type { Envelope } from './envelope.ts';
import { ProblemError } from './problem.ts';

/** What a call says of the instance that it is for. */
export interface Named {
  /** The part of the path that is the instance's name, as it was sent; empty where the path has none. */
  readonly segment: string;
  readonly directory: Directory;
  readonly reach: Reach;
}

/** One call of an endpoint, by somebody who may make it. */
export interface EndpointCall extends Call, Named {
  readonly request: Request;
  readonly privacy: PrivacyCalls;
  readonly record: RequestRecord;
  /** Of the header `Idempotency-Key`: an update sent twice with it is made once. */
  readonly key: IdempotencyKey | undefined;
}

export type Method = 'GET' | 'POST' | 'PATCH';

export interface Endpoint {
  readonly scope: TokenScope;
  run(call: EndpointCall): Promise<Response>;
}

/** What stands under one path. */
export interface Resource {
  /** As OpenAPI writes it: `{name}` for a part that varies. */
  readonly path: string;
  readonly envelope: Envelope;
  /** The segment that names the instance, '' where the path has none; undefined for a path of something else. */
  match(pathname: string): string | undefined;
  /**
   * The name of the instance that is meant; empty where there is none.
   * @throws ProblemError 400 where the path can't have meant one.
   */
  instance(named: Named): Promise<string>;
  readonly endpoints: Readonly<Partial<Record<Method, Endpoint>>>;
}

/**
 * Brings settings to what is requested.
 * @returns the read-back.
 * @throws ProblemError 500 naming the first field that does not hold now; what else was asked for is applied or not as
 * WhatsApp had it.
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
  // Without a read-back every requested field is among the failures.
  if (!outcome.snapshot) throw new TypeError('An update without failures has no read-back');
  return outcome.snapshot;
}

const updateFailed = (field: PrivacyField, reason: string): ProblemError =>
  new ProblemError(500, 'UPDATE_FAILED', `failed to update ${specOf(field).name} privacy: ${reason}`);

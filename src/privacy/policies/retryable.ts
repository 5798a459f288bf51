import type { PartialFailure, PartialFailureCode } from '../outcome.ts';

/** A field that fails with one of these under STOP or ROLLBACK failed because of another one. */
const BECAUSE_OF_OTHERS: ReadonlySet<PartialFailureCode> = new Set(['SKIPPED', 'ROLLED_BACK']);

/** What was kept back or put back because of others may succeed where these may: whoever calls again until then ends. */
export function retryableAsCauses(failures: readonly PartialFailure[]): PartialFailure[] {
  const mayCausesSucceed = failures.every(({ code, retryable }) => retryable || BECAUSE_OF_OTHERS.has(code));
  return failures.map((failure) =>
    BECAUSE_OF_OTHERS.has(failure.code) ? { ...failure, retryable: failure.retryable && mayCausesSucceed } : failure,
  );
}

import type { Call } from '../call.ts';
import { PrivetError } from '../errors.ts';
import type { RequestedChange, UpdateOutcome } from '../privacy/outcome.ts';
import type { UpdateTerms } from '../privacy/policies/terms.ts';
import type { SessionEvents } from '../telemetry/events.ts';
import type { PrivacyCalls, PrivacyPlan, PrivacyReading, PrivacyUpdate } from './calls/privacy-calls.ts';
import type { IdempotencyKey } from './calls/idempotency-key.ts';
import type { Reach } from './calls/reach.ts';
import type { IdempotentCalls } from './once-only/idempotent-calls.ts';
import { privacyUpdate } from './once-only/kept-outcomes.ts';
import type { SessionPool } from './session-pool.ts';

export class SessionPrivacyCalls implements PrivacyCalls {
  readonly #pool: SessionPool;
  readonly #idempotent: IdempotentCalls;
  readonly #telemetry: SessionEvents;

  constructor(pool: SessionPool, idempotent: IdempotentCalls, telemetry: SessionEvents) {
    this.#pool = pool;
    this.#idempotent = idempotent;
    this.#telemetry = telemetry;
  }

  read(reach: Reach, name: string, call: Call): Promise<PrivacyReading> {
    return this.#pool.use(reach, name, call, async (session) => {
      const snapshot = await session.privacy.read(call);
      return { instance: session.view, snapshot };
    });
  }

  timer(reach: Reach, name: string, call: Call): Promise<string> {
    return this.#pool.use(reach, name, call, (session) => session.privacy.timer(call));
  }

  async update(
    reach: Reach,
    name: string,
    changes: readonly RequestedChange[],
    call: Call,
    key?: IdempotencyKey,
    terms: UpdateTerms = {},
  ): Promise<PrivacyUpdate> {
    checkNotEmpty(changes);
    return this.#pool.use(reach, name, call, async (session) => {
      const update = async (): Promise<UpdateOutcome> => {
        const done = await session.privacy.update(changes, call, terms);
        this.#telemetry.updateFinished(session.view, resultsOf(done), done.stanzas);
        return done;
      };
      const outcome = await (key
        ? this.#idempotent.run(session.view.id, key, privacyUpdate(changes, terms), update)
        : update());
      return { instance: session.view, outcome };
    });
  }

  async plan(
    reach: Reach,
    name: string,
    changes: readonly RequestedChange[],
    call: Call,
    terms: UpdateTerms = {},
  ): Promise<PrivacyPlan> {
    checkNotEmpty(changes);
    return this.#pool.use(reach, name, call, async (session) => {
      const preview = await session.privacy.plan(changes, call, terms);
      return { instance: session.view, preview };
    });
  }
}

function checkNotEmpty(changes: readonly RequestedChange[]): void {
  if (changes.length > 0) return;
  throw new PrivetError('BAD_USER_INPUT', 'At least one privacy setting must be provided');
}

/** One for each requested field: how it was brought about, or why it does not hold. */
function resultsOf({ outcomes, failures }: UpdateOutcome): string[] {
  const codes = new Map(failures.map(({ field, code }) => [field, code]));
  return outcomes.map(({ field, result }) => codes.get(field) ?? result);
}

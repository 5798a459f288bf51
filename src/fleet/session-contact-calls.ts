import type { Call } from '../call.ts';
import type { BlockAction, BlocklistOutcome } from '../privacy/blocklist/blocklist.ts';
import type { ContactsOutcome, NamedContact } from '../privacy/contacts/contact.ts';
import type { ExclusionChange, ExclusionField, ExclusionsOutcome } from '../privacy/lists/exclusions.ts';
import type { SessionEvents } from '../telemetry/events.ts';
import type {
  BlocklistReading,
  BlocklistUpdate,
  ContactCalls,
  ExclusionsReading,
  ExclusionsUpdate,
} from './calls/contact-calls.ts';
import type { IdempotencyKey } from './calls/idempotency-key.ts';
import type { Reach } from './calls/reach.ts';
import type { IdempotentCalls } from './once-only/idempotent-calls.ts';
import { blocklistUpdate, exclusionsUpdate } from './once-only/kept-outcomes.ts';
import type { SessionPool } from './session-pool.ts';

export class SessionContactCalls implements ContactCalls {
  readonly #pool: SessionPool;
  readonly #idempotent: IdempotentCalls;
  readonly #telemetry: SessionEvents;

  constructor(pool: SessionPool, idempotent: IdempotentCalls, telemetry: SessionEvents) {
    this.#pool = pool;
    this.#idempotent = idempotent;
    this.#telemetry = telemetry;
  }

  exclusions(reach: Reach, name: string, field: ExclusionField, call: Call): Promise<ExclusionsReading> {
    return this.#pool.use(reach, name, call, async (session) => {
      const list = await session.privacy.exclusions(field, call);
      return { instance: session.view, list };
    });
  }

  updateExclusions(
    reach: Reach,
    name: string,
    field: ExclusionField,
    change: ExclusionChange,
    call: Call,
    key?: IdempotencyKey,
  ): Promise<ExclusionsUpdate> {
    return this.#pool.use(reach, name, call, async (session) => {
      const update = async (): Promise<ExclusionsOutcome> => {
        const done = await session.privacy.updateExclusions(field, change, call);
        this.#telemetry.listFinished(session.view, field, resultsOf(done), done.stanzas);
        return done;
      };
      const { id } = session.view;
      const outcome = await (key ? this.#idempotent.run(id, key, exclusionsUpdate(field, change), update) : update());
      return { instance: session.view, field, outcome };
    });
  }

  blocked(reach: Reach, name: string, call: Call): Promise<BlocklistReading> {
    return this.#pool.use(reach, name, call, async (session) => {
      const list = await session.privacy.blocked(call);
      return { instance: session.view, list };
    });
  }

  changeBlocked(
    reach: Reach,
    name: string,
    action: BlockAction,
    contacts: readonly NamedContact[],
    call: Call,
    key?: IdempotencyKey,
  ): Promise<BlocklistUpdate> {
    return this.#pool.use(reach, name, call, async (session) => {
      const update = async (): Promise<BlocklistOutcome> => {
        const done = await session.privacy.changeBlocked(action, contacts, call);
        this.#telemetry.listFinished(session.view, 'BLOCKED', resultsOf(done), done.stanzas);
        return done;
      };
      const { id } = session.view;
      const outcome = await (key ? this.#idempotent.run(id, key, blocklistUpdate(action, contacts), update) : update());
      return { instance: session.view, outcome };
    });
  }
}

/** How many contacts there are for each result, or code of a failure. */
function resultsOf({ outcomes, failures }: ContactsOutcome<unknown>): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  const codes = [
    ...outcomes.flatMap(({ result }) => (result === 'FAILED' ? [] : result)),
    ...failures.map(({ code }) => code),
  ];
  for (const code of codes) counts.set(code, (counts.get(code) ?? 0) + 1);
  return counts;
}

import type { Call } from '../call.ts';
import { PrivetError } from '../errors.ts';
import type { ExclusionField } from '../privacy/lists/exclusions.ts';
import type {
  BlocklistReading,
  BlocklistUpdate,
  ContactCalls,
  ExclusionsReading,
  ExclusionsUpdate,
} from './calls/contact-calls.ts';
import type { Reach } from './calls/reach.ts';
import type { SessionPool } from './session-pool.ts';

export class SessionContactCalls implements ContactCalls {
  readonly #pool: SessionPool;

  constructor(pool: SessionPool) {
    this.#pool = pool;
  }

  exclusions(reach: Reach, name: string, field: ExclusionField, call: Call): Promise<ExclusionsReading> {
    return this.#pool.use(reach, name, async (session) => {
      const list = await session.privacy.exclusions(field, call);
      return { instance: session.view, list };
    });
  }

  updateExclusions(): Promise<ExclusionsUpdate> {
    return notYet();
  }

  blocked(): Promise<BlocklistReading> {
    return notYet();
  }

  changeBlocked(): Promise<BlocklistUpdate> {
    return notYet();
  }
}

/** Nothing asks for these so far. */
const notYet = (): Promise<never> =>
  Promise.reject(new PrivetError('WHATSAPP_ERROR', 'This version of the service does not do that'));

import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import type { Disconnect, FaultHandle, Simulator } from '../../simulator/simulator.ts';
import { fieldSpecs } from '../../src/privacy/fields.ts';
import { PrivacyDocument, UpdatePrivacyDocument, type UpdatePrivacyMutation } from '../gql/graphql.ts';
import { askFor } from './ask.ts';
import { bootPrivet, type LinkedInstance, type TestPrivet } from './privet.ts';

/** Each way in which WhatsApp, or the network, ends a link after which the instance comes back by itself. */
export const WAYS = [
  'stream:515',
  'stream:500',
  'stream:503',
  'stream:ack',
  'stream:xml',
  'xmlstreamend',
  'failure:503',
  'unreadable frame',
  'close',
  'ws-close',
  'reset',
] as const satisfies readonly (Disconnect | 'unreadable frame')[];

export type Way = (typeof WAYS)[number];
type Payload = NonNullable<UpdatePrivacyMutation['updatePrivacy']>;

const INPUT = { visibility: { lastSeen: 'NONE', status: 'CONTACTS' }, permissions: { groupAdd: 'CONTACTS' } } as const;
const WANTED = { last: 'none', status: 'contacts', groupadd: 'contacts' };
const WRITTEN = Object.keys(WANTED);

/** Where in an update the link ends: what is left unanswered until then, and what holds in the end. */
export const MOMENTS = {
  'before any write took effect': { swallowed: WRITTEN, applied: [], read: false },
  'between the writes': { swallowed: ['status', 'groupadd'], applied: ['status'], read: false },
  'when all writes took effect and none was answered': { swallowed: WRITTEN, applied: WRITTEN, read: false },
  'after the writes': { swallowed: [], applied: [], read: true },
} as const;

export type Moment = keyof typeof MOMENTS;

async function struck(faults: readonly FaultHandle[], times: number): Promise<void> {
  const hits = (): number => faults.reduce((sum, fault) => sum + fault.hits, 0);
  for (const limit = Date.now() + 10_000; hits() < times;) {
    if (Date.now() > limit) throw new Error(`The stanzas did not come: ${hits()} of ${times}`);
    await delay(1);
  }
}

function end(simulator: Simulator, { phoneNumber }: LinkedInstance, way: Way): void {
  if (way === 'unreadable frame') {
    simulator.sendFrames(phoneNumber, [{ as: 'sealed', data: randomBytes(64) }]);
    return;
  }
  // It resolves when the server has seen the close, which need not be waited for.
  simulator.disconnect(phoneNumber, way).catch(() => undefined);
}

/** A service with an instance for each way, whose link is ended in the middle of updates. */
export class EndedLinks implements AsyncDisposable {
  readonly privet: TestPrivet;
  readonly #linked = new Map<Way, LinkedInstance>();

  private constructor(privet: TestPrivet) {
    this.privet = privet;
  }

  static async start(ways: readonly Way[]): Promise<EndedLinks> {
    const links = new EndedLinks(await bootPrivet());
    const link = async (way: Way) => links.#linked.set(way, await links.privet.link(way.replaceAll(/\W/g, '-')));
    await Promise.all(ways.map(link));
    return links;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.privet[Symbol.asyncDispose]();
  }

  instanceOf(way: Way): LinkedInstance {
    const instance = this.#linked.get(way);
    if (!instance) throw new RangeError(`Nothing is linked for ${way}`);
    return instance;
  }

  /** Runs `call` on a fresh instance, and ends its link at that moment. */
  async endIn<T>(way: Way, moment: Moment, call: (instance: LinkedInstance) => Promise<T>): Promise<T> {
    const instance = await this.#fresh(way);
    const { phoneNumber } = instance;
    const { swallowed, applied, read } = MOMENTS[moment];
    using stack = new DisposableStack();
    const silence = (match: { type: string; category?: string }, apply: boolean): FaultHandle =>
      stack.use(
        this.privet.simulator.addFault({
          phoneNumber,
          match: { xmlns: 'privacy', ...match },
          do: 'silence',
          apply,
          times: 1,
        }),
      );
    const faults = [
      ...swallowed.map((category) =>
        silence({ type: 'set', category }, (applied as readonly string[]).includes(category)),
      ),
      ...(read ? [silence({ type: 'get' }, false)] : []),
    ];
    const called = call(instance);
    await struck(faults, faults.length);
    end(this.privet.simulator, instance, way);
    return called;
  }

  /** An update whose link ends then fails for what was not carried out, and tells the truth of the rest. */
  async expectTruthAt(way: Way, moment: Moment): Promise<void> {
    const payload = await this.endIn(way, moment, (instance) => this.#update(instance));
    this.#expectTruth(way, payload);
    const { swallowed, applied } = MOMENTS[moment];
    const lost = Array.from({ length: swallowed.length - applied.length }, () => 'CONNECTION_LOST');
    expect({ moment, failed: payload.failures.map(({ code }) => code) }).toEqual({ moment, failed: lost });
  }

  /** The same where nobody looks: with the end on its way, or there but a moment ago. */
  async expectTruthUnwatched(way: Way): Promise<void> {
    const instance = await this.#fresh(way);
    end(this.privet.simulator, instance, way);
    this.#expectTruth(way, await this.#update(instance));
  }

  /** Open, and with each setting as it is at first. */
  async #fresh(way: Way): Promise<LinkedInstance> {
    const instance = this.instanceOf(way);
    await this.privet.waitForState(instance.name, 'OPEN');
    for (const category of WRITTEN) {
      this.privet.simulator.setPrivacy(instance.phoneNumber, category, 'all', { notify: false });
    }
    await askFor(this.privet, PrivacyDocument, { instance: instance.name });
    return instance;
  }

  async #update({ name }: LinkedInstance): Promise<Payload> {
    const { updatePrivacy } = await askFor(this.privet, UpdatePrivacyDocument, { instance: name, input: INPUT });
    if (!updatePrivacy) throw new Error('The update came to nothing');
    return updatePrivacy;
  }

  /** The answer tells what WhatsApp holds: all of it, and nothing else. */
  #expectTruth(way: Way, { settings, outcomes, failures }: Payload): void {
    const held = this.privet.simulator.account(this.instanceOf(way).phoneNumber).privacy;
    expect(settings).toMatchObject({
      visibility: { lastSeen: held['last']?.toUpperCase(), status: held['status']?.toUpperCase() },
      permissions: { groupAdd: held['groupadd']?.toUpperCase() },
    });
    for (const { field, requested, current, result } of outcomes) {
      const { category } = fieldSpecs.find((spec) => spec.field === field) ?? expect.unreachable();
      expect({ field, current }).toEqual({ field, current: held[category]?.toUpperCase() });
      expect({ field, holds: result !== 'FAILED' }).toEqual({ field, holds: current === requested });
    }
    expect(failures.map(({ field }) => field)).toEqual(
      outcomes.filter(({ result }) => result === 'FAILED').map(({ field }) => field),
    );
  }
}

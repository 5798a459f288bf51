import { setMaxListeners } from 'node:events';
import { createPubSub } from 'graphql-yoga';

/** What happens to instances, by instance id. Subscribers get a nudge and read the present state themselves. */
type Topics = {
  /** The state, reason or pairing of the instance changed, or it was deleted. */
  instanceChanged: [instanceId: string, payload: null];
  /** A read brought other privacy settings than the one before. */
  privacyChanged: [instanceId: string, payload: null];
  /** Of an account: the instance of that id changed, was made or was deleted. */
  instancesChanged: [accountId: string, instanceId: string];
  /** Of an account: the settings of the instance of that id changed, or it was deleted. */
  settingsChanged: [accountId: string, instanceId: string];
};
type OfInstance = 'instanceChanged' | 'privacyChanged';
type OfAccount = 'instancesChanged' | 'settingsChanged';
type Config = NonNullable<Parameters<typeof createPubSub<Topics>>[0]>;

export interface Events {
  publish(topic: OfInstance, instanceId: string, payload: null): void;
  publishOf(topic: OfAccount, accountId: string, instanceId: string): void;
  /** Begins with the first `next()`. Nudges that nobody took yet are one. */
  subscribe(topic: OfInstance, instanceId: string): AsyncIterableIterator<unknown>;
  /** The same for all instances of an account: nudges that nobody took yet are one for each. */
  subscribeAll(topic: OfAccount, accountId: string): AsyncIterableIterator<string>;
}

/**
 * Yoga's pub/sub, with a buffer of its own for each subscriber. Without any it throws at the 1,025th value that nobody
 * took, from a listener whose errors nobody can catch: one client that does not read would end the process. Given to
 * all, one buffer would be shared by them.
 */
export function createEvents(): Events {
  const eventTarget: NonNullable<Config['eventTarget']> = new EventTarget();
  // As many as there are streams: Node would take more than ten for a leak.
  setMaxListeners(0, eventTarget);
  const publisher = createPubSub<Topics>({ eventTarget });
  return {
    publish: (topic, instanceId, payload) => publisher.publish(topic, instanceId, payload),
    subscribe: (topic, instanceId) =>
      createPubSub<Topics>({ eventTarget, repeaterBuffer: new Latest() }).subscribe(topic, instanceId),
    publishOf: (topic, accountId, instanceId) => publisher.publish(topic, accountId, instanceId),
    subscribeAll: (topic, accountId) =>
      createPubSub<Topics>({ eventTarget, repeaterBuffer: new Distinct() }).subscribe(topic, accountId),
  };
}

/** Holds the latest value alone. */
class Latest implements NonNullable<Config['repeaterBuffer']> {
  readonly full = false;
  #values: unknown[] = [];

  get empty(): boolean {
    return this.#values.length === 0;
  }

  add(value: unknown): void {
    this.#values = [value];
  }

  remove(): unknown {
    return this.#values.pop();
  }
}

/** Holds each value once, in the order in which it first came. */
class Distinct implements NonNullable<Config['repeaterBuffer']> {
  readonly full = false;
  readonly #values = new Set<unknown>();

  get empty(): boolean {
    return this.#values.size === 0;
  }

  add(value: unknown): void {
    this.#values.add(value);
  }

  remove(): unknown {
    const [first] = this.#values;
    this.#values.delete(first);
    return first;
  }
}

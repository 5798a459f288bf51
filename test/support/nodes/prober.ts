import { setTimeout as delay } from 'node:timers/promises';
import { PrivacyDocument, UpdatePrivacyDocument } from '../../gql/graphql.ts';
import { ask } from '../ask.ts';
import type { Member } from '../crowd.ts';

const LOOK_EVERY_MS = 250;
/** As a load balancer looks: one that does not answer at once is not sent to. */
const LOOK_MS = 1_000;
/** Every so many calls of an instance one changes a setting. */
const UPDATE_EVERY = 4;
/** A call that takes longer does not hold up the next one of its instance; so many wait at most. */
const SLOW_MS = 1_000;
const MOST_WAITING = 10;

interface Answered {
  readonly beganAt: number;
  readonly at: number;
}

/** Calls of all instances, through whichever node is ready, as through a load balancer. */
export interface Prober {
  /** How many calls were answered. */
  readonly answered: number;
  /** What the others came to, and when they began. */
  readonly failures: readonly { readonly at: number; readonly what: string }[];
  /** The longest time between two answers, by instance, in milliseconds. */
  silences(from: number): ReadonlyMap<string, number>;
  /** When an instance first answered a call that began at that time or later; both as of `performance.now()`. */
  backAt(name: string, from: number): number | undefined;
  stop(): Promise<void>;
}

/** @param urls of the nodes there are at the moment of asking */
export function startProber(members: readonly Member[], urls: () => readonly string[], everyMs: number): Prober {
  const answers = new Map<string, Answered[]>(members.map(({ name }) => [name, []]));
  const failures: { at: number; what: string }[] = [];
  const stopped = new AbortController();
  const counts = { answered: 0, turn: 0 };
  let ready: readonly string[] = [];
  const isReady = (url: string): Promise<boolean> =>
    fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(LOOK_MS) }).then(
      async (response) => (await response.arrayBuffer(), response.ok),
      () => false,
    );
  // Each node is looked at by itself: one that hangs holds up nothing of the others.
  const known = new Map<string, boolean>();
  const looking = new Set<string>();
  const lookAt = async (url: string): Promise<void> => {
    if (looking.has(url)) return;
    looking.add(url);
    known.set(url, await isReady(url));
    looking.delete(url);
  };
  const lookAround = async (): Promise<void> => {
    while (!stopped.signal.aborted) {
      const all = urls();
      for (const url of all) void lookAt(url);
      await delay(LOOK_EVERY_MS);
      ready = all.filter((url) => known.get(url));
    }
  };
  const call = async ({ name, token }: Member, turn: number, url: string): Promise<void> => {
    const beganAt = performance.now();
    const caller = { url, token };
    try {
      const lastSeen = turn % (2 * UPDATE_EVERY) === 0 ? 'NONE' : 'ALL';
      const { errors } =
        turn % UPDATE_EVERY === 0
          ? await ask(caller, UpdatePrivacyDocument, { instance: name, input: { visibility: { lastSeen } } })
          : await ask(caller, PrivacyDocument, { instance: name });
      if (errors.length > 0) throw new Error(JSON.stringify(errors));
      counts.answered += 1;
      answers.get(name)?.push({ beganAt, at: performance.now() });
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : '';
      const took = `${Math.round(performance.now() - beganAt)} ms`;
      failures.push({ at: beganAt, what: `${name} by ${url} after ${took}: ${String(error)}${cause}` });
    }
  };
  const probe = async (member: Member, index: number): Promise<void> => {
    await delay((everyMs * index) / members.length);
    const waiting = new Set<Promise<void>>();
    for (let turn = index; !stopped.signal.aborted; turn += 1) {
      const url = ready[(counts.turn += 1) % Math.max(1, ready.length)];
      const beganAt = performance.now();
      if (url !== undefined && waiting.size < MOST_WAITING) {
        const called = call(member, turn, url).then(() => void waiting.delete(called));
        waiting.add(called);
        await Promise.race([called, delay(SLOW_MS)]);
      }
      await delay(Math.max(0, beganAt + everyMs - performance.now()));
    }
    await Promise.all(waiting);
  };
  const running = [lookAround(), ...members.map(probe)];
  return {
    get answered() {
      return counts.answered;
    },
    failures,
    silences(from) {
      const now = performance.now();
      const longest = (times: readonly Answered[]): number => {
        const at = [from, ...times.map((one) => one.at).filter((time) => time > from), now];
        return Math.max(...at.slice(1).map((time, index) => time - (at[index] ?? 0)));
      };
      return new Map([...answers].map(([name, times]) => [name, longest(times)]));
    },
    backAt: (name, from) => answers.get(name)?.find(({ beganAt }) => beganAt >= from)?.at,
    async stop() {
      stopped.abort();
      await Promise.all(running);
    },
  };
}

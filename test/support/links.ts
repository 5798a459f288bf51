import { setTimeout as delay } from 'node:timers/promises';
import { type AuthenticationCreds, BufferJSON } from '@whiskeysockets/baileys';
import type { Simulator } from '../../simulator/simulator.ts';
import { systemClock, type Clock } from '../../src/clock.ts';
import { linkTo } from '../../src/wire/baileys/socket.ts';
import type { CloseEvidence, KeyChange, Link } from '../../src/wire/link.ts';

const LOGIN_MS = 15_000;

/** A link of its own, with keys in memory and what happened on it. */
export interface TestLink {
  readonly link: Link;
  readonly loggedIn: Promise<void>;
  readonly keys: ReadonlyMap<string, string>;
  /** Each text of credentials that was saved. */
  readonly saved: readonly string[];
  readonly announcements: number;
}

export const textOf = (creds: AuthenticationCreds): string => JSON.stringify(creds, BufferJSON.replacer);

/** Opens a link to the simulator, the way a session does. Without credentials it begins to pair. */
export function openTestLink(
  { url, rootKey, rootSerial }: Pick<Simulator, 'url' | 'rootKey' | 'rootSerial'>,
  credentials: string | undefined,
  { clock = systemClock, onQr = () => undefined }: { clock?: Clock; onQr?: (qr: string) => void } = {},
): TestLink {
  const keys = new Map<string, string>();
  const saved: string[] = [];
  const seen = { announcements: 0 };
  const { promise: loggedIn, resolve } = Promise.withResolvers<void>();
  const apply = (changes: readonly KeyChange[]): void => {
    for (const { type, id, value } of changes) {
      if (value === null) keys.delete(`${type} ${id}`);
      else keys.set(`${type} ${id}`, value);
    }
  };
  const link = linkTo({ url, root: { publicKey: rootKey, serial: rootSerial } })({
    clock,
    credentials,
    keys: {
      get: async (type, ids) =>
        new Map(
          ids.map((id) => [id, keys.get(`${type} ${id}`)]).filter((entry): entry is [string, string] => !!entry[1]),
        ),
      apply: async (changes) => apply(changes),
    },
    saveCredentials: async (text) => void saved.push(text),
    events: {
      onQr,
      onPaired: () => undefined,
      onLogin: () => {
        link.reached('open');
        resolve();
      },
      onAnnouncement: () => void (seen.announcements += 1),
      onOver: () => undefined,
    },
  });
  return {
    link,
    loggedIn,
    keys,
    saved,
    get announcements() {
      return seen.announcements;
    },
  };
}

/** Waits for the login; rejects where the link ends before, or takes too long. */
export async function openedLink(
  simulator: Simulator,
  credentials: string,
  options?: { clock?: Clock },
): Promise<TestLink> {
  const opened = openTestLink(simulator, credentials, options);
  const early = opened.link.ended.then((evidence) => Promise.reject(new Error(`ended by ${JSON.stringify(evidence)}`)));
  const late = new AbortController();
  try {
    await Promise.race([
      opened.loggedIn,
      early,
      delay(LOGIN_MS, undefined, { signal: late.signal }).then(() => Promise.reject(new Error('no login'))),
    ]);
  } finally {
    late.abort();
    early.catch(() => undefined);
  }
  return opened;
}

/** What a link ended by; rejects where it does not end in time. */
export async function endedWithin(link: Link, ms: number): Promise<CloseEvidence> {
  const late = new AbortController();
  const expired = delay(ms, undefined, { signal: late.signal }).then(() =>
    Promise.reject(new Error(`the link is still there after ${ms} ms`)),
  );
  try {
    return await Promise.race([link.ended, expired]);
  } finally {
    late.abort();
    expired.catch(() => undefined);
  }
}

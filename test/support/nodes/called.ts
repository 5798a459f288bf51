import { setTimeout as delay } from 'node:timers/promises';
import type { Member } from '../crowd.ts';
import type { World } from './world.ts';

/** What a call came to, as its caller sees it. */
export interface Called {
  readonly beganAt: number;
  readonly tookMs: number;
  /** Undefined where it was answered without an error. */
  readonly code: string | undefined;
  /** The code of the reason, where the error has one. */
  readonly reason: string | undefined;
  readonly message: string;
  readonly data: Readonly<Record<string, unknown>> | undefined;
}

interface Body {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly {
    readonly message: string;
    readonly extensions: { readonly code?: string; readonly reason?: { readonly code: string } };
  }[];
}

export interface CallOptions {
  readonly key?: string;
}

/** One call with an instance's own token. What does not come back at all has the code `none`. */
export async function call(
  url: string,
  { token }: Pick<Member, 'token'>,
  query: string,
  { key }: CallOptions = {},
): Promise<Called> {
  const beganAt = performance.now();
  let body: Body;
  try {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${token}`,
        ...(key !== undefined && { 'idempotency-key': key }),
      },
      body: JSON.stringify({ query }),
      signal: AbortSignal.timeout(40_000),
    });
    body = (await response.json()) as Body;
  } catch (error) {
    body = { errors: [{ message: String(error), extensions: { code: 'none' } }] };
  }
  const error = body.errors?.[0];
  return {
    beganAt,
    tookMs: performance.now() - beganAt,
    code: error && (error.extensions.code ?? ''),
    reason: error?.extensions.reason?.code,
    message: error?.message ?? '',
    data: body.data ?? undefined,
  };
}

export const read = (url: string, member: Member): Promise<Called> =>
  call(url, member, `{ privacy(instance: "${member.name}") { visibility { lastSeen } } }`);

/** The settings that these tests change, and what each is to WhatsApp. */
const CATEGORIES = { lastSeen: 'last', status: 'status', profile: 'profile' } as const;
export type Setting = keyof typeof CATEGORIES;

export const set = (
  url: string,
  member: Member,
  setting: Setting,
  value: string,
  options?: CallOptions,
): Promise<Called> =>
  call(
    url,
    member,
    `mutation { updatePrivacy(instance: "${member.name}", input: { visibility: { ${setting}: ${value} } }) {
      failures { code }
    } }`,
    options,
  );

/** Answered, and nothing of it failed. */
export const isDone = ({ code, data }: Called): boolean => {
  const updated = data?.['updatePrivacy'] as { readonly failures: readonly unknown[] } | undefined;
  return code === undefined && (updated?.failures.length ?? 0) === 0;
};

/** The value that the setting does not have. */
export const otherOf = ({ simulator }: World, { phoneNumber }: Member, setting: Setting): 'ALL' | 'NONE' =>
  simulator.account(phoneNumber).privacy[CATEGORIES[setting]] === 'none' ? 'ALL' : 'NONE';

/** How often WhatsApp was told to change it. */
export const timesSet = ({ simulator }: World, { phoneNumber }: Member, setting: Setting): number =>
  simulator
    .account(phoneNumber)
    .stanzas.filter(({ type, category }) => type === 'set' && category === CATEGORIES[setting]).length;

/** What calls came to, by code and reason, and how often. */
export const tally = (calls: readonly Called[]): Record<string, number> =>
  Object.fromEntries(
    [...Map.groupBy(calls, ({ code, reason }) => [code ?? 'answered', ...(reason ? [reason] : [])].join(' '))].map(
      ([kind, all]) => [kind, all.length],
    ),
  );

export const longest = (calls: readonly Called[]): number => Math.max(0, ...calls.map(({ tookMs }) => tookMs));

/** Does it over and over until it is over. */
export async function until(isOver: () => boolean, pauseMs: number, act: () => Promise<void>): Promise<void> {
  while (!isOver()) {
    await act();
    await delay(pauseMs);
  }
}

import { z } from 'zod';
import { SimulatorError } from './errors.ts';
import type { Disconnect } from './simulator.ts';

const phoneNumber = z.string().regex(/^\+?[1-9]\d{5,14}$/, 'expected 6 to 15 digits, with or without +');
const MOST_CONTACTS = 100_000;
/** So many fit into a body. */
const MOST_NUMBERS = 3_000;
/** More than any client shows. */
const MOST_SECONDS = 2 ** 31 - 1;

const numbers = z.array(phoneNumber).max(MOST_NUMBERS);
const notify = z.boolean().exactOptional();
const account = {
  phoneNumber,
  preKeys: z.int().min(0).max(100_000).exactOptional(),
  lid: z.boolean().exactOptional(),
};
const count = z.int().positive();
const milliseconds = z.number().min(0).max(3_600_000);
const status = z.int().min(100).max(999);
const match = z.strictObject({
  xmlns: z.string().exactOptional(),
  type: z.string().exactOptional(),
  category: z.string().exactOptional(),
  list: z.boolean().exactOptional(),
});
const subject = { phoneNumber: phoneNumber.exactOptional(), times: count.exactOptional() };

const fault = z.discriminatedUnion('do', [
  z.strictObject({
    ...subject,
    do: z.enum(['error', 'silence', 'empty', 'odd', 'close', 'stream-error']),
    match,
    apply: z.boolean().exactOptional(),
    code: status.exactOptional(),
    text: z.string().exactOptional(),
  }),
  z.strictObject({
    ...subject,
    do: z.literal('delay'),
    match,
    ms: milliseconds,
    delay: z.enum(['work', 'reply']).exactOptional(),
    survive: z.boolean().exactOptional(),
  }),
  z.strictObject({
    ...subject,
    do: z.enum([
      'no-success',
      'no-hello',
      'no-upgrade',
      'compress',
      'forge-hmac',
      'forge-signature',
      'link-again',
      'no-restart',
    ]),
  }),
  z.strictObject({ ...subject, do: z.enum(['failure', 'refuse-upgrade']), code: status.exactOptional() }),
]);

const DISCONNECT = /^(close|reset|ws-close|stream:(\d{3}|ack|xml)|failure:\d{3}|xmlstreamend|replaced|device_removed)$/;

const disconnect = z.custom<Disconnect>((value) => typeof value === 'string' && DISCONNECT.test(value), {
  error:
    'expected close, reset, ws-close, stream:<code>, stream:ack, stream:xml, failure:<code>, xmlstreamend, replaced or ' +
    'device_removed',
});

const frame = z
  .strictObject({ as: z.enum(['plain', 'sealed', 'bytes']), hex: z.string().regex(/^([0-9a-f]{2})*$/i) })
  .transform(({ as, hex }) => ({ as, data: Buffer.from(hex, 'hex') }));

/** The bodies of the control port. */
export const BODIES = {
  scan: z.strictObject({ qr: z.string(), phoneNumber: phoneNumber.exactOptional() }),
  notifyCompanion: z.strictObject({ shown: z.string(), type: z.string().min(1), child: z.string().min(1) }),
  code: z.strictObject({ phoneNumber, code: z.string() }),
  contacts: z
    .strictObject({
      count: z.int().min(1).max(MOST_CONTACTS).exactOptional(),
      numbers: numbers.min(1).exactOptional(),
      lid: z.boolean().exactOptional(),
      hidden: z.boolean().exactOptional(),
    })
    .refine(({ count, numbers }) => (count === undefined) !== (numbers === undefined), {
      path: ['count'],
      error: 'expected either count or numbers',
    }),
  account: z.strictObject({
    ...account,
    privacy: z.record(z.string().min(1), z.string().min(1)).exactOptional(),
  }),
  device: z.strictObject(account),
  privacy: z.strictObject({
    category: z.string().min(1),
    value: z.string().min(1).nullable(),
    notify,
  }),
  exclusions: z
    .strictObject({
      category: z.string().min(1),
      add: numbers.exactOptional(),
      remove: numbers.exactOptional(),
      replace: numbers.exactOptional(),
      notify,
    })
    .refine(({ add, remove, replace }) => replace === undefined || (add ?? remove) === undefined, {
      path: ['replace'],
      error: 'stands alone',
    }),
  blocklist: z.strictObject({ block: numbers.exactOptional(), unblock: numbers.exactOptional(), notify }),
  timer: z.strictObject({ seconds: z.int().min(0).max(MOST_SECONDS), notify }),
  disconnect: z.strictObject({ how: disconnect }),
  frames: z.strictObject({ frames: z.array(frame) }),
  fault,
  rtt: z.strictObject({ ms: milliseconds }),
};

/** Reads a body. Throws `SimulatorError` 400 that names the first wrong field. */
export function readBody<T>(schema: z.ZodType<T>, text: string): T {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw new SimulatorError(400, 'body: expected JSON');
  }
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys : [];
  const field = [...(issue?.path ?? []), ...unknown.slice(0, 1)].join('.') || 'body';
  throw new SimulatorError(400, `${field}: ${unknown.length > 0 ? 'unknown' : (issue?.message ?? 'wrong')}`);
}

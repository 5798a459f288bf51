import { z } from 'zod';
import { Address } from './simulator-process.ts';

/** What the processes of the memory measurement tell each other. */

export const SUBJECTS = ['privet', 'bareLight', 'bareDefault'] as const;
export type Subject = (typeof SUBJECTS)[number];

export const Order = z.discriminatedUnion('task', [
  z.object({
    task: z.literal('pair'),
    kind: z.enum(['privet', 'bare']),
    address: Address,
    /** Gets two folders: a few devices to warm up with, and the many. */
    folder: z.string(),
    warmUp: z.int(),
    instances: z.int(),
    parallel: z.int(),
    /** No pairing begins after this many milliseconds. */
    pairingMs: z.number(),
  }),
  z.object({
    task: z.literal('measure'),
    subject: z.enum(SUBJECTS),
    address: Address,
    folder: z.string(),
    settleMs: z.number(),
  }),
]);
export type Order = z.infer<typeof Order>;

const PerInstance = z.object({ heapUsedKb: z.number(), externalKb: z.number(), rssKb: z.number() });

export const Report = z.object({
  instances: z.int(),
  perInstance: PerInstance,
  /** The same once the Signal keys are forgotten, where they were held in memory. */
  perInstanceWithoutKeys: PerInstance.optional(),
  /** The process before and with all the instances. */
  process: z.object({ before: z.record(z.string(), z.number()), after: z.record(z.string(), z.number()) }),
});
export type Report = z.infer<typeof Report>;

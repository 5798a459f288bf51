import { z } from 'zod';
import { Address } from './simulator-process.ts';

/** What the processes of the memory measurement tell each other. */

export const SUBJECTS = ['privet', 'bareLight', 'bareDefault'] as const;
export type Subject = (typeof SUBJECTS)[number];

export const Order = z.object({
  subject: z.enum(SUBJECTS),
  address: Address,
  /** Has two folders: a few devices to warm up with, and the many. */
  folder: z.string(),
  settleMs: z.number(),
});
export type Order = z.infer<typeof Order>;

export const Report = z.object({
  instances: z.int(),
  /** From the start of the many until all of them are open. */
  openSeconds: z.number(),
  perInstance: z.object({ heapUsedKb: z.number(), externalKb: z.number(), rssKb: z.number() }),
  /** The process before and with all the instances. */
  process: z.object({ before: z.record(z.string(), z.number()), after: z.record(z.string(), z.number()) }),
});
export type Report = z.infer<typeof Report>;

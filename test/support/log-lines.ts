import { setTimeout as delay } from 'node:timers/promises';
import type { TestPrivet } from './privet.ts';

export type Line = Record<string, unknown>;
export const linesOf = (logs: readonly string[]): Line[] => logs.map((line) => JSON.parse(line) as Line);

/** The line of the request that an answer belongs to; it is written once the answer has left. */
export async function lineOf(privet: TestPrivet, response: Response): Promise<Line> {
  const requestId = response.headers.get('x-request-id');
  for (const end = Date.now() + 2000; Date.now() < end; await delay(5)) {
    const lines = linesOf(privet.logs).filter((line) => line['requestId'] === requestId && line['msg'] === 'request');
    if (lines.length > 1) throw new Error('More than one line for a request');
    if (lines[0]) return lines[0];
  }
  throw new Error(`No line for ${requestId}`);
}

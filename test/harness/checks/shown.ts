import { TIMER } from '../../../src/privacy/fields.ts';
import type { Call, Request } from '../trace.ts';

/** The settings apart from the timer, which is read by itself. */
export const withoutTimer = (settings: ReadonlyMap<string, string>): ReadonlyMap<string, string> =>
  new Map([...settings].filter(([category]) => category !== TIMER));

/** What one of a call's reads showed of a category; of the timer, the read that was sent right behind it. */
export function shownIn({ requests }: Call, read: Request | undefined, category: string): string | undefined {
  if (!read) return undefined;
  if (category !== TIMER) return read.shows?.get(category);
  const behind = requests.filter(({ seq }) => seq > read.seq);
  const next = behind.find(({ kind }) => kind === 'read')?.seq ?? Number.POSITIVE_INFINITY;
  const timer = behind.find(({ kind, seq }) => kind === 'timer_read' && seq < next);
  return timer?.reply?.kind === 'result' ? timer.showsTimer : undefined;
}

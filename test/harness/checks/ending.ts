import type { CloseEvidence } from '../../../src/wire/link.ts';
import type { LinkTrace, Trace } from '../trace.ts';

/** Whoever is called and says nothing is given up by then. */
const HELLO_MS = 10_000;

/** What must hold when it is known why a connection ends. */
export function checkOver(trace: Trace, link: LinkTrace, evidence: CloseEvidence): void {
  if (link.isDead) return;
  const afterMs = trace.clock.monotonic() - link.openedAt;
  const isInTime = link.wasHeard || afterMs <= HELLO_MS;
  trace.expect(isInTime, 'silence is given up within 10 s', () => `link ${link.n} after ${afterMs} ms`);
  const isHeard = link.wordBeforeClose === undefined || evidence.kind !== 'closed';
  trace.expect(isHeard, 'a last word is heard', () => `link ${link.n} ends as if WhatsApp had closed it without one`);
}

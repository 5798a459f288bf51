import { Attempt } from '../../src/wire/attempt.ts';
import type { CloseEvidence, Link, LinkPhase } from '../../src/wire/link.ts';
import type { Reply } from '../../src/wire/reply.ts';
import type { Stanza } from '../../src/wire/stanza.ts';
import { checkOver } from './checks/ending.ts';
import { FakeWire, type FakeWireParts } from './fake-wire.ts';
import { recordRequest } from './requests-trace.ts';
import type { Request } from './trace.ts';

/** More requests than this on one connection at once would mean that something is not bounded. */
const MOST_PENDING = 24;

/** Whose result says that something was done. */
const CHANGES: ReadonlySet<Request['kind']> = new Set(['write', 'list_write', 'block', 'other']);

/** The service's own attempt over the model, with everything that happens on it noted down. */
export class FakeLink implements Link {
  readonly ended: Promise<CloseEvidence>;
  readonly #parts: FakeWireParts;
  readonly #attempt: Attempt;
  /** Those that wait for a reply. */
  readonly #pending = new Set<Request>();
  #wire: FakeWire | undefined;

  constructor(parts: FakeWireParts) {
    this.#parts = parts;
    this.#attempt = new Attempt(parts.options, (attempt) => {
      this.#wire = new FakeWire(parts, attempt);
      return this.#wire;
    });
    this.ended = this.#attempt.ended;
    const { trace, log, options } = parts;
    void this.#attempt.over.then((evidence) => {
      trace.evidence = evidence;
      checkOver(log, trace, evidence);
      log.note(trace.slot, `link ${trace.n} ends: ${describe(evidence)} (${this.phase})`);
    });
    void this.ended.then(() => (trace.endedAt ??= options.clock.monotonic()));
  }

  get jid(): string | undefined {
    return this.#attempt.jid;
  }

  get lid(): string | undefined {
    return this.#attempt.lid;
  }

  get phase(): LinkPhase {
    return this.#attempt.phase;
  }

  reached(phase: LinkPhase): void {
    const { trace, log } = this.#parts;
    // A process that was killed may still work off what had reached it: nobody is shown it.
    const opens = phase !== 'open' || !trace.gone || trace.isDead;
    log.expect(opens, 'an ended link opens no instance', () => `link ${trace.n}`);
    if (phase === 'open') trace.openAt = log.clock.monotonic();
    this.#attempt.reached(phase);
  }

  request(stanza: Stanza, timeoutMs: number): Promise<Reply> {
    const { trace, log } = this.#parts;
    const request = recordRequest(log, trace, stanza, timeoutMs);
    if (this.#wire) this.#wire.current = request;
    const reply = this.#attempt.request(stanza, timeoutMs);
    if (request.left) this.#await(request, reply);
    return reply;
  }

  requestPairingCode(phoneNumber: string): Promise<string> {
    return this.#attempt.requestPairingCode(phoneNumber);
  }

  end(evidence: CloseEvidence): void {
    this.#attempt.end(evidence);
  }

  #await(request: Request, reply: Promise<Reply>): void {
    const { trace, log, options } = this.#parts;
    this.#pending.add(request);
    const waiting = this.#pending.size;
    trace.pending = waiting;
    log.expect(waiting <= MOST_PENDING, 'requests are bounded', () => `${waiting} wait on link ${trace.n}`);
    const takes = !trace.gone || trace.isDead;
    log.expect(takes, 'an ended link takes no request', () => `request ${request.seq} left on link ${trace.n}`);
    void reply.then((answer) => {
      request.reply = answer;
      request.replySeq = log.seq();
      request.replyAt = options.clock.monotonic();
      trace.lastReplyAt = request.replyAt;
      this.#pending.delete(request);
      trace.pending = this.#pending.size;
      log.note(trace.slot, `request ${request.seq} ${answer.kind}`);
      const isFalse = answer.kind === 'result' && CHANGES.has(request.kind) && !request.acknowledged;
      log.expect(!isFalse, 'only a result is one', () => `request ${request.seq} was not acknowledged`);
    });
  }
}

function describe(evidence: CloseEvidence): string {
  const { kind, ...rest } = evidence;
  return `${kind} ${JSON.stringify(rest, (_, value: unknown) => (value instanceof Error ? value.message : value))}`;
}

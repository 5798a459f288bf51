import { PrivetError } from '../errors.ts';
import { CountedPort } from './counted-port.ts';
import { TIMER } from './fields.ts';
import { mayStillShow, mayWriteAgain } from './again.ts';
import { holds, isUnsupported, judge, type Proof } from './judge.ts';
import type { PartialFailureCode, RequestedChange, UpdateOutcome } from './outcome.ts';
import { planUpdate, type FieldUpdate } from './plan.ts';
import type { PrivacyCall } from './port.ts';
import type { Snapshot } from './settings.ts';
import { writeStanza } from './stanzas.ts';
import { LAST_SEND_MS, requestTimeout } from './time.ts';
import { needsTimer, viewWithTimer } from './timer.ts';
import { warningsAbout, type PrivacyWarning } from './warnings.ts';

/** How often a read-back is tried before the call goes without. */
const READ_TRIES = 3;
/** A write that failed with one of these may still land. */
const MAY_LAND: ReadonlySet<PartialFailureCode> = new Set(['TIMED_OUT', 'CONNECTION_LOST', 'UNVERIFIED']);

/** An update that was run to its end. `T`: what its caller is told. */
export interface UpdateRun<T> {
  readonly outcome: T;
  /**
   * Resolves once every write is answered. While it has not, or where `unanswered` is true afterwards, a write may
   * still land on this connection: end the connection before the next update.
   */
  readonly writesAnswered: Promise<void>;
  readonly unanswered: () => boolean;
  /** Whether a write may have landed behind the last read, or may land yet. */
  readonly mayLand: boolean;
  /** It changed a setting that the view has not read since. */
  readonly changedSettings?: boolean;
}

/**
 * Brings one instance's settings to what is requested: plan → write → read back → judge.
 *
 * Nothing counts as applied but what a read shows that was sent after the call's last write and that nobody else
 * shared. Frames leave without waiting for the reply of the one before, so the usual call costs one round trip.
 * @throws PrivetError TIMEOUT when too little time is left to send anything.
 */
export async function runUpdate(
  call: PrivacyCall,
  view: Snapshot,
  changes: readonly RequestedChange[],
): Promise<UpdateRun<UpdateOutcome>> {
  if (requestTimeout(call.remaining()) === undefined) {
    throw new PrivetError('TIMEOUT', 'Too little time was left to change anything; nothing was sent to WhatsApp');
  }
  const counted: CountedCall = { ...call, port: new CountedPort(call.port) };
  const announcements = call.announcements();
  const from = needsTimer(view, changes) ? await viewWithTimer(counted, view) : view;
  const fields = planUpdate(from, changes, announcements);
  const update = new Update(counted, fields, warningsAbout(from, changes));
  await update.run();
  return update.result();
}

/** A call that knows how many stanzas it has sent. */
type CountedCall = PrivacyCall & { readonly port: CountedPort };

class Update {
  #proof: Proof | undefined;
  readonly #call: CountedCall;
  readonly #fields: readonly FieldUpdate[];
  readonly #warnings: readonly PrivacyWarning[];

  constructor(call: CountedCall, fields: readonly FieldUpdate[], warnings: readonly PrivacyWarning[]) {
    this.#call = call;
    this.#fields = fields;
    this.#warnings = warnings;
  }

  async run(): Promise<void> {
    this.#write(this.#fields.filter(({ plan }) => plan === 'write'));
    await this.#readBack({ afterReplies: false });
    if (this.#isDone()) return;

    // The read showed too little: the server may have worked it off ahead of a write. With the replies in, the next read tells.
    await allAnswered(this.#fields);
    // guard: a read that came before the replies is not the last word
    if (!this.#proof || this.#missing().some((field) => mayStillShow(field, this.#proof))) {
      await this.#readBack({ afterReplies: true });
    }
    if (this.#isDone()) return;

    const announcements = this.#call.announcements();
    const again = this.#missing().filter((field) => mayWriteAgain(field, this.#proof, announcements));
    if (again.length === 0 || requestTimeout(this.#call.remaining()) === undefined) return;
    this.#write(again);
    await allAnswered(again);
    await this.#readBack({ afterReplies: true });
  }

  result(): UpdateRun<UpdateOutcome> {
    const judged = this.#fields.map((field) => judge(field, this.#proof));
    const failures = judged.flatMap(({ failure }) => failure ?? []);
    return {
      outcome: {
        snapshot: this.#proof?.snapshot,
        outcomes: judged.map(({ outcome }) => outcome),
        failures,
        warnings: this.#warnings,
        stanzas: this.#call.port.sent,
      },
      writesAnswered: allAnswered(this.#fields),
      unanswered: () => this.#fields.some(({ answered, reply }) => answered && (!reply || reply.kind === 'timed_out')),
      mayLand: failures.some(({ code }) => MAY_LAND.has(code)),
    };
  }

  /** Requested, supported, and not shown by the proof. */
  #missing(): FieldUpdate[] {
    return this.#fields.filter((field) => !isUnsupported(field, this.#proof) && !holds(field, this.#proof));
  }

  #isDone(): boolean {
    return this.#proof !== undefined && this.#missing().length === 0;
  }

  /** Sends one stanza a field, back to back; the replies come in by themselves. */
  #write(fields: readonly FieldUpdate[]): void {
    for (const field of fields) {
      const timeoutMs = requestTimeout(this.#call.remaining());
      if (timeoutMs === undefined) field.reply ??= { kind: 'unsent' };
      else field.answered = this.#writeField(field, timeoutMs);
    }
  }

  async #writeField(field: FieldUpdate, timeoutMs: number): Promise<void> {
    const before = { reply: field.reply, wasWritten: field.wasWritten };
    field.reply = undefined;
    field.wasWritten = true;
    field.announcements = this.#call.announcements();
    // What was read before this write proves nothing about it.
    // guard: proof is read after the last write
    this.#proof = undefined;
    const reply = await this.#call.port.ask(writeStanza(field.spec.category, field.wire), timeoutMs);
    // A write that never left changes nothing about the one before it.
    field.reply = reply.kind === 'unsent' ? (before.reply ?? reply) : reply;
    // guard: a refused write is not APPLIED
    if (reply.kind === 'refused') field.wasWritten = before.wasWritten;
    if (reply.kind === 'unsent') field.wasWritten = before.wasWritten;
  }

  /** Reads until an answer holds settings, on this connection or the next; an earlier proof stays where none does. */
  async #readBack({ afterReplies }: { afterReplies: boolean }): Promise<void> {
    const { port, settings } = this.#call;
    const timer = this.#fields.some(({ spec }) => spec.category === TIMER);
    for (let tries = 0; tries < READ_TRIES; tries += 1) {
      const timeoutMs = requestTimeout(this.#call.remaining());
      if (timeoutMs === undefined) return;
      const read = await settings.read(port, timeoutMs, { timer });
      if (read.kind === 'snapshot') {
        this.#proof = { snapshot: read.snapshot, afterReplies: afterReplies || this.#wroteNothing() };
        return;
      }
      // Before its replies are in, a first read that fails is left to the second one.
      if (!afterReplies) return;
      const spareMs = this.#call.remaining() - LAST_SEND_MS;
      if (spareMs <= 0 || !(await this.#call.whenOpen(spareMs))) return;
    }
  }

  #wroteNothing(): boolean {
    return this.#fields.every(({ answered }) => answered === undefined);
  }
}

async function allAnswered(fields: readonly FieldUpdate[]): Promise<void> {
  await Promise.all(fields.flatMap(({ answered }) => answered ?? []));
}

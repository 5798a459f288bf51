import type { Stanza } from '../../wire/stanza.ts';
import { TIMER } from '../fields.ts';
import { holds, isUnsupported, type Proof } from '../judge.ts';
import type { FieldUpdate } from '../plan.ts';
import type { PrivacyCall } from '../port.ts';
import { wireValue, type Snapshot } from '../settings.ts';
import { writeStanza } from '../stanzas.ts';
import { LAST_SEND_MS, READ_BACK_TRIES, requestTimeout } from '../time.ts';

interface SendingOptions {
  /** A read of this call from before it wrote anything: while nothing is written, it is the proof. */
  readonly first?: Snapshot | undefined;
  /** So much of the time is kept from writes, and from the read right behind them, for the last read. */
  readonly keepMs?: number;
  /** Whether it reads the timer too; where it is left out, as the fields need. */
  readonly readsTimer?: boolean;
  /** How a field is written where it is not by its value alone. */
  readonly stanzaOf?: (field: FieldUpdate) => Stanza | undefined;
}

const plainStanza = ({ spec, wire }: FieldUpdate): Stanza => writeStanza(spec.category, wire);

export const isTimer = ({ spec }: FieldUpdate): boolean => spec.category === TIMER;

/** Some fields that a call writes and reads back, and what is proven of them. In which order is a policy's affair. */
export class Sending {
  readonly call: PrivacyCall;
  readonly fields: readonly FieldUpdate[];
  #proof: Proof | undefined;
  readonly #readsTimer: boolean;
  readonly #keepMs: number;
  readonly #stanzaOf: (field: FieldUpdate) => Stanza | undefined;

  constructor(call: PrivacyCall, fields: readonly FieldUpdate[], options: SendingOptions = {}) {
    const { first, keepMs = 0, readsTimer = fields.some(isTimer), stanzaOf = () => undefined } = options;
    this.call = call;
    this.fields = fields;
    this.#proof = first && { snapshot: first, afterReplies: true };
    this.#readsTimer = readsTimer;
    this.#keepMs = keepMs;
    this.#stanzaOf = stanzaOf;
  }

  get proof(): Proof | undefined {
    return this.#proof;
  }

  /** Requested, supported, and not shown by the proof. */
  get missing(): FieldUpdate[] {
    return this.fields.filter((field) => !isUnsupported(field, this.#proof) && !holds(field, this.#proof));
  }

  get isDone(): boolean {
    return this.#proof !== undefined && this.missing.length === 0;
  }

  /** Sends one stanza a field, back to back; the replies come in by themselves. */
  write(fields: readonly FieldUpdate[]): void {
    const before = this.#proof?.snapshot;
    for (const field of fields) {
      const timeoutMs = requestTimeout(this.call.remaining() - this.#keepMs);
      if (timeoutMs === undefined) field.reply ??= { kind: 'unsent' };
      else field.answered = this.#writeField(field, timeoutMs, before);
    }
  }

  /** @param shown by a read of this call before any of the fields that are written with this one. */
  async #writeField(field: FieldUpdate, timeoutMs: number, shown: Snapshot | undefined): Promise<void> {
    const before = { reply: field.reply, wasWritten: field.wasWritten };
    // It is newer than the plan.
    if (!field.answered && shown) field.replaced = wireValue(shown, field.spec);
    field.reply = undefined;
    field.wasWritten = true;
    field.announcements = this.call.announcements();
    // What was read before this write proves nothing about it.
    // guard: proof is read after the last write
    this.#proof = undefined;
    const reply = await this.call.port.ask(this.#stanzaOf(field) ?? plainStanza(field), timeoutMs);
    // A write that never left changes nothing about the one before it.
    field.reply = reply.kind === 'unsent' ? (before.reply ?? reply) : reply;
    // guard: a refused write is not APPLIED
    if (reply.kind === 'refused') field.wasWritten = before.wasWritten;
    if (reply.kind === 'unsent') field.wasWritten = before.wasWritten;
  }

  /** Reads until an answer holds settings, on this connection or the next; an earlier proof stays where none does. */
  async readBack({ afterReplies }: { afterReplies: boolean }): Promise<void> {
    const { port, settings } = this.call;
    const timer = this.#readsTimer;
    for (let tries = 0; tries < READ_BACK_TRIES; tries += 1) {
      const timeoutMs = requestTimeout(this.call.remaining() - (afterReplies ? 0 : this.#keepMs));
      if (timeoutMs === undefined) return;
      const read = await settings.read(port, timeoutMs, { timer });
      if (read.kind === 'snapshot') {
        this.#proof = { snapshot: read.snapshot, afterReplies: afterReplies || this.#wroteNothing() };
        return;
      }
      // Before its replies are in, a first read that fails is left to the second one.
      if (!afterReplies) return;
      const spareMs = this.call.remaining() - LAST_SEND_MS;
      if (spareMs <= 0 || !(await this.call.whenOpen(spareMs))) return;
    }
  }

  #wroteNothing(): boolean {
    return this.fields.every(({ answered }) => answered === undefined);
  }
}

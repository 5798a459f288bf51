import { AsyncLocalStorage } from 'node:async_hooks';
import type { Clock } from '../../src/clock.ts';
import type { Contact, ContactsOutcome, NamedContact } from '../../src/privacy/contacts/contact.ts';
import type { RequestedChange, UpdateOutcome } from '../../src/privacy/outcome.ts';
import type { UpdateTerms } from '../../src/privacy/policies/terms.ts';
import type { Snapshot } from '../../src/privacy/settings.ts';
import type { CloseEvidence } from '../../src/wire/link.ts';
import type { Reply } from '../../src/wire/reply.ts';

/** What users ask of the service. */
export type CallKind =
  | 'update'
  | 'read'
  /** A list is read, or changed. */
  | 'exclusions'
  | 'exclude'
  | 'blocks'
  | 'block'
  | 'pair'
  | 'start'
  | 'stop'
  | 'unlink'
  | 'delete'
  | 'create';

/** A list as a call was told of it; the blocklist is always active. */
export interface ListReading {
  readonly active?: boolean;
  readonly contacts: readonly Contact[];
}

/** What a call asks of a list. */
export interface ListWish {
  /** A category, or `blocklist`. */
  readonly list: string;
  readonly isReplace: boolean;
  /** In the order in which they are asked for. */
  readonly contacts: readonly { readonly named: NamedContact; readonly listed: boolean }[];
}

export interface Call {
  readonly n: number;
  readonly kind: CallKind;
  /** The instance's name. */
  readonly slot: string;
  readonly incarnation: number;
  readonly changes: readonly RequestedChange[];
  readonly terms: UpdateTerms;
  /** The settings that the caller saw, where the update is made for these alone. */
  readonly seen: Snapshot | undefined;
  /** What is asked of a list. */
  readonly wanted: ListWish | undefined;
  readonly startSeq: number;
  readonly startAt: number;
  endSeq: number | undefined;
  endAt: number | undefined;
  /** The outcome is certain: the session may already be at work for itself in this call's name. */
  judged: boolean;
  /** The service crashed before the call ended. */
  crashed: boolean;
  /** Resolves when it ended, whichever way. */
  done: Promise<unknown>;
  outcome: UpdateOutcome | undefined;
  snapshot: Snapshot | undefined;
  listOutcome: ContactsOutcome<ListReading> | undefined;
  listReading: ListReading | undefined;
  error: unknown;
  readonly requests: Request[];
}

/** One connection as both ends saw it. */
export interface LinkTrace {
  readonly n: number;
  readonly slot: string;
  readonly incarnation: number;
  /** Of the instance, when it was opened: of one node of several alone. */
  readonly epoch?: number;
  readonly openedAt: number;
  readonly openedSeq: number;
  /** Undefined while pairing. */
  readonly credentials: string | undefined;
  /** WhatsApp said something. */
  wasHeard: boolean;
  /** The QR on show, and until when it can be scanned (epoch milliseconds). */
  qr: { readonly text: string; readonly expiresAt: number } | undefined;
  /** Until when a phone can accept the device on this link (epoch milliseconds). */
  pairsUntil: number | undefined;
  /** WhatsApp confirmed that the pairing code can be typed. */
  codeConfirmed: boolean;
  /** The service was told that it is over. */
  gone: boolean;
  /** The service that held it crashed. */
  isDead: boolean;
  goneAt: number | undefined;
  /** The first reason this end saw or gave. */
  evidence: CloseEvidence | undefined;
  endedAt: number | undefined;
  /** WhatsApp's own last word, where it said one. */
  serverWord: CloseEvidence | undefined;
  /** One that came ahead of a closing handshake, and was there to be read. */
  wordBeforeClose: CloseEvidence | undefined;
  /** When the session called it open. */
  openAt: number | undefined;
  /** The instance was OPEN by it. */
  wasOpen: boolean;
  /** It followed the one before without a pause. */
  atOnce: boolean;
  /** Requests that wait for a reply. */
  pending: number;
  /** When the last of them was answered or given up. */
  lastReplyAt: number;
}

/** `read`, `write`: of settings. `list_…`: of who is left out of a category; `block`, `blocks_read`: of the blocklist. */
export type RequestKind =
  | 'read'
  | 'write'
  | 'list_read'
  | 'list_write'
  | 'blocks_read'
  | 'block'
  /** Who is on WhatsApp. */
  | 'people'
  /** The default disappearing timer is read; it is written as any setting. */
  | 'timer_read'
  | 'other';

export interface NamedUser {
  readonly action: string;
  readonly jid: string;
}

/** One request stanza: what this end sent and got, and what WhatsApp did with it. */
export interface Request {
  readonly seq: number;
  readonly at: number;
  readonly link: LinkTrace;
  /** The update or read that sent it; undefined where the session did by itself. */
  readonly call: Call | undefined;
  readonly kind: RequestKind;
  readonly category: string;
  readonly value: string;
  /** Whom a write of a list, or a question about people, names, and what it does with each. */
  readonly users: readonly NamedUser[];
  readonly timeoutMs: number;
  /** Handed to the wire. From there on it reaches WhatsApp or is lost on the way; it counts either way. */
  left: boolean;
  /** When WhatsApp had it, when it was worked off, or with what it was refused. */
  received: number | undefined;
  worked: number | undefined;
  refused: number | undefined;
  /** WhatsApp answered that it did as asked. */
  acknowledged: boolean;
  /** What a read's answer said, as it was sent. */
  shows: ReadonlyMap<string, string> | undefined;
  /** Whom a read of a list showed, by phone number; `none` where there was no list. */
  showsMembers: ReadonlySet<string> | 'none' | undefined;
  /** What a read of the timer showed. */
  showsTimer: string | undefined;
  /** The answer hid a value. */
  blurred: boolean;
  reply: Reply | undefined;
  replySeq: number | undefined;
  replyAt: number | undefined;
}

/** A setting changed at WhatsApp. */
export interface Change {
  readonly seq: number;
  readonly slot: string;
  readonly category: string;
  readonly value: string;
  /** Our own request, or somebody else. */
  readonly by: Request | 'phone';
}

/** Who is on a list changed at WhatsApp, or the list came or went; people by phone number. */
export interface ListChange {
  readonly seq: number;
  readonly slot: string;
  /** A category, or `blocklist`. */
  readonly list: string;
  readonly before: ReadonlySet<string> | undefined;
  readonly after: ReadonlySet<string> | undefined;
  readonly by: Request | 'phone';
}

export interface Violation {
  readonly rule: string;
  readonly text: string;
}

/** Which call the code that runs now works for. */
export const callContext = new AsyncLocalStorage<Call>();

/** Why a caller's signal aborts: as an error of its own, so that it is told from the service's. */
export class GaveUp extends Error {
  override readonly name = 'GaveUp';
}

export const textOf = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : 'no error';

const MOST_VIOLATIONS = 20;

/** All that happened in one run, in one order. */
export class Trace {
  readonly clock: Clock;
  readonly calls: Call[] = [];
  readonly links: LinkTrace[] = [];
  readonly requests: Request[] = [];
  readonly changes: Change[] = [];
  readonly listChanges: ListChange[] = [];
  readonly announcements: { readonly seq: number; readonly slot: string }[] = [];
  readonly violations: Violation[] = [];
  readonly #notes: (readonly [at: number, slot: string, text: string])[] = [];
  #seq = 0;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** The next place in the order of all events. */
  seq(): number {
    this.#seq += 1;
    return this.#seq;
  }

  note(slot: string, text: string): void {
    this.#notes.push([this.clock.monotonic(), slot, text]);
  }

  violate(rule: string, text: string): void {
    if (this.violations.length < MOST_VIOLATIONS) this.violations.push({ rule, text });
    this.note('!', `${rule}: ${text}`);
  }

  expect(holds: boolean, rule: string, text: () => string): void {
    if (!holds) this.violate(rule, text());
  }

  /** For people: one line an event. */
  history(): string[] {
    return this.#notes.map(([at, slot, text]) => `${(at / 1000).toFixed(3).padStart(9)} ${slot.padEnd(3)} ${text}`);
  }
}

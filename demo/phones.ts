import { setTimeout as delay } from 'node:timers/promises';
import type { Api, Instance } from './api.ts';

type Pairing = NonNullable<Instance['pairing']>;

/** How long somebody takes who sees a QR code, or a code that is to be typed. */
const SCAN_MS = 4_000;
const TYPE_MS = 6_000;

/** Of real areas, with the numbers behind 555-01 that nobody is ever given. */
const AREAS = ['212', '312', '415', '503', '617', '702', '808', '919'];

/** The simulated WhatsApp's control port: what people do on their phones. */
export class Phones {
  readonly #control: string;
  readonly #signal: AbortSignal;
  #made = 0;
  /** Numbers on whose phones a code is being typed. */
  readonly #typing = new Set<string>();

  constructor(control: string, signal: AbortSignal) {
    this.#control = control;
    this.#signal = signal;
  }

  /** @throws where the simulator refuses. */
  async tell(method: 'GET' | 'POST', path: string, body?: object): Promise<unknown> {
    const answer = await fetch(this.#control + path, {
      method,
      ...(body && { body: JSON.stringify(body) }),
      signal: this.#signal,
    });
    if (!answer.ok) throw new Error(`the simulated phone answered ${answer.status}`);
    return answer.json();
  }

  /** A new phone scans. Resolves with its number once it is linked. */
  async scan(qr: string): Promise<string> {
    const area = AREAS[this.#made % AREAS.length] ?? '';
    const last = Math.floor(this.#made / AREAS.length) % 100;
    this.#made += 1;
    const phoneNumber = `1${area}55501${String(last).padStart(2, '0')}`;
    await this.tell('POST', '/scan', { qr, phoneNumber });
    return phoneNumber;
  }

  /** Types a code on the phone that is asked for one, the first where several are. */
  async type(code: string): Promise<void> {
    const { phoneNumbers } = (await this.tell('GET', '/codes')) as { phoneNumbers: readonly string[] };
    const phoneNumber = phoneNumbers.find((number) => !this.#typing.has(number));
    if (phoneNumber === undefined) return;
    this.#typing.add(phoneNumber);
    try {
      await this.tell('POST', '/code', { phoneNumber, code });
    } finally {
      this.#typing.delete(phoneNumber);
    }
  }
}

/** Links a phone to each instance that waits for one, as somebody would who sees the page. Ends where `signal` aborts. */
export async function linkWhatWaits(api: Api, phones: Phones, signal: AbortSignal): Promise<void> {
  /** What each one that waits shows, by id, until a phone is linked to it. */
  const waiting = new Map<string, { shown: Pairing }>();
  const link = async (id: string, one: { shown: Pairing }): Promise<void> => {
    try {
      await delay(one.shown.qr === null ? TYPE_MS : SCAN_MS, undefined, { signal });
      // It may be another that waits by now, whose time has not come.
      if (waiting.get(id) !== one) return;
      // What is shown now: another QR code may have taken the place of the first.
      const { qr, code } = one.shown;
      if (qr !== null) await phones.scan(qr);
      else if (code !== null) await phones.type(code);
    } catch (error) {
      waiting.delete(id);
      if (!signal.aborted) tellOf(error);
    }
  };
  for await (const { instance, deleted } of api.changes()) {
    if (deleted !== null) waiting.delete(deleted);
    if (instance === null) continue;
    const { id, state, pairing } = instance;
    const one = waiting.get(id);
    if (state !== 'PAIRING' || pairing === null) waiting.delete(id);
    else if (one && (one.shown.qr === null) === (pairing.qr === null)) one.shown = pairing;
    else {
      const next = { shown: pairing };
      waiting.set(id, next);
      void link(id, next);
    }
  }
}

export const tellOf = (error: unknown): void =>
  void process.stderr.write(`The demo linked no phone: ${error instanceof Error ? error.message : String(error)}\n`);

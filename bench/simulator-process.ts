import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { end, track } from './children.ts';
import { within } from './deadline.ts';

const MAIN = fileURLToPath(new URL('../simulator/main.ts', import.meta.url));
const START_MS = 15_000;
const CONTROL_MS = 20_000;

/** How a simulator is reached: the line that it prints. Goes from process to process as JSON. */
export const Address = z.object({ url: z.string(), rootKey: z.string(), rootSerial: z.number(), control: z.string() });
export type Address = z.infer<typeof Address>;

const Scanned = z.object({ phoneNumber: z.string() });
const Linked = z.object({ credentials: z.string() });
const Made = z.object({ contacts: z.array(z.object({ phoneNumber: z.string() })) });
const AccountView = z.object({
  privacy: z.record(z.string(), z.string()),
  exclusions: z.record(z.string(), z.object({ members: z.array(z.string()) })),
  stanzas: z.array(z.object({ xmlns: z.string().nullable() })),
});

/** A simulator in a process of its own, so that its work is not measured along. */
export async function startSimulator(): Promise<{ readonly address: Address } & AsyncDisposable> {
  const child = track(spawn(process.execPath, [MAIN], { stdio: ['ignore', 'pipe', 'inherit'] }));
  try {
    const died = once(child, 'exit').then(() => Promise.reject(new Error('The simulator ended before it served')));
    const firstLine = once(createInterface(child.stdout), 'line');
    const [line] = await within(START_MS, 'starting the simulator', Promise.race([firstLine, died]));
    return { address: Address.parse(JSON.parse(String(line))), [Symbol.asyncDispose]: () => end(child) };
  } catch (error) {
    await end(child);
    throw error;
  }
}

interface Held {
  readonly privacy: Readonly<Record<string, string>>;
  /** Who is left out, by category. */
  readonly exclusions: z.infer<typeof AccountView>['exclusions'];
  readonly stanzas: number;
  readonly lookUps: number;
}

/** The phones' side and the server's log, over the control port. */
export class Control {
  readonly #url: string;

  constructor(address: Address) {
    this.#url = address.control;
  }

  /** Scans a QR with the phone of a new account; returns its number once the device is linked. */
  async scan(qr: string): Promise<string> {
    return Scanned.parse(await this.#call('POST', '/scan', { qr })).phoneNumber;
  }

  /** Links a device to a new account without the wire; returns its credentials, as `BufferJSON` writes them. */
  async link(phoneNumber: string): Promise<string> {
    // With pre-keys that the server claims to have, none are made and uploaded at the first login.
    return Linked.parse(await this.#call('POST', '/devices', { phoneNumber, preKeys: 30 })).credentials;
  }

  async setRtt(ms: number): Promise<void> {
    await this.#call('POST', '/rtt', { ms });
  }

  /** Makes so many people on WhatsApp; returns their phone numbers. */
  async contacts(count: number): Promise<string[]> {
    const { contacts } = Made.parse(await this.#call('POST', '/contacts', { count }));
    return contacts.map(({ phoneNumber }) => phoneNumber);
  }

  /** Takes everybody off a list of the account, which its devices are not told. */
  async emptyList(phoneNumber: string, category: string): Promise<void> {
    await this.#call('POST', `/accounts/${phoneNumber}/exclusions`, { category, replace: [], notify: false });
  }

  /** What the account holds by category, and how many privacy stanzas and look-ups its device has sent so far. */
  async account(phoneNumber: string): Promise<Held> {
    const { privacy, exclusions, stanzas } = AccountView.parse(await this.#call('GET', `/accounts/${phoneNumber}`));
    const count = (xmlns: string): number => stanzas.filter((stanza) => stanza.xmlns === xmlns).length;
    return { privacy, exclusions, stanzas: count('privacy'), lookUps: count('usync') };
  }

  async #call(method: string, path: string, body?: object): Promise<unknown> {
    const request = body ? { method, body: JSON.stringify(body) } : { method };
    const response = await fetch(this.#url + path, { ...request, signal: AbortSignal.timeout(CONTROL_MS) });
    if (!response.ok) throw new Error(`${method} ${path.replace(/\d{6,}/, ':phone')}: ${await response.text()}`);
    return response.json();
  }
}

import { TIMER } from '../../../src/privacy/fields.ts';
import type { Clock } from '../../../src/clock.ts';
import type { CloseEvidence } from '../../../src/wire/link.ts';
import type { Random } from '../random.ts';
import type { LinkTrace, Trace } from '../trace.ts';
import { Account, type AccountParts } from './account.ts';
import type { Ending } from './faults.ts';
import type { Client } from './frames.ts';
import { membersOf } from './lists.ts';
import { ModelPeople } from './people.ts';
import { ServerLink } from './server-link.ts';

const USUAL_LATENCY_MS = 150;

/** WhatsApp as far as Privet meets it: phones, their linked devices, and connections with latencies and faults. */
export class WhatsApp {
  readonly #accounts = new Map<string, Account>();
  readonly people = new ModelPeople(this.#accounts);
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #trace: Trace;
  /** Connections by their number, while their owner may still use them. */
  readonly #links = new Map<number, ServerLink>();

  constructor(clock: Clock, random: Random, trace: Trace) {
    this.#clock = clock;
    this.#random = random;
    this.#trace = trace;
  }

  createAccount(parts: AccountParts): Account {
    const account = new Account(parts, this.people, this.#trace);
    this.#accounts.set(parts.slot, account);
    return account;
  }

  account(slot: string): Account {
    const account = this.#accounts.get(slot);
    if (!account) throw new RangeError(`No phone for ${slot}`);
    return account;
  }

  connect(client: Client, link: LinkTrace): ServerLink {
    const account = this.account(link.slot);
    const server = new ServerLink(account, client, link, this.#clock, this.#random.fork(), this.#trace);
    this.#links.set(link.n, server);
    return server;
  }

  /** Somebody scans the QR, or types the code, that this link showed. */
  accept(slot: string, linkNumber: number, passkey: boolean): void {
    const link = this.#links.get(linkNumber);
    if (!link || link.ended || link.device) return;
    this.#trace.note(slot, `the phone accepts link ${linkNumber}`);
    if (passkey) return link.end({ how: 'word', evidence: { kind: 'passkey_required' } });
    link.pairWith(this.account(slot).newDevice(this.#random));
  }

  /** The phone, or another client of the account, changes a setting. */
  change(slot: string, category: string, value: string): void {
    const account = this.account(slot);
    if (!account.privacy.has(category)) return;
    this.#trace.note(slot, `the phone sets ${category}=${value}`);
    this.#trace.changes.push({ seq: this.#trace.seq(), slot, category, value, by: 'phone' });
    if (account.privacy.get(category) === value) return;
    this.#changeList(account, category, () => account.privacy.set(category, value));
  }

  /** The phone, or another client of the account, changes who is left out of a category, or who is blocked. */
  changeMembers(slot: string, list: string, add: readonly string[], remove: readonly string[]): void {
    const account = this.account(slot);
    if (list !== 'blocklist' && !account.privacy.has(list)) return;
    this.#trace.note(slot, `the phone changes the list of ${list}: +${add.join(' ')} -${remove.join(' ')}`);
    const value = account.privacy.get(list);
    this.#changeList(account, list, () => {
      if (list !== 'blocklist') return account.privacy.change(list, { add, remove });
      for (const each of add) account.blocklist.change('block', each);
      for (const each of remove) account.blocklist.change('unblock', each);
    });
    const now = account.privacy.get(list);
    if (now === undefined || now === value) return;
    this.#trace.changes.push({ seq: this.#trace.seq(), slot, category: list, value: now, by: 'phone' });
  }

  /** The phone sets the default disappearing timer. */
  changeTimer(slot: string, seconds: number): void {
    const account = this.account(slot);
    this.#trace.note(slot, `the phone sets the timer to ${seconds}`);
    account.timer.set(seconds);
    const value = String(seconds);
    this.#trace.changes.push({ seq: this.#trace.seq(), slot, category: TIMER, value, by: 'phone' });
    account.changed(undefined);
  }

  #changeList(account: Account, list: string, change: () => void): void {
    const before = membersOf(account, list);
    change();
    const after = membersOf(account, list);
    const { slot } = account;
    if (before ?? after)
      this.#trace.listChanges.push({ seq: this.#trace.seq(), slot, list, before, after, by: 'phone' });
    account.changed(undefined);
  }

  disconnect(slot: string, ending: Ending): void {
    this.account(slot).linkedDevice?.link?.end(ending);
  }

  /** The user removes the linked device on the phone. */
  removeDevice(slot: string, evidence: CloseEvidence): void {
    const account = this.account(slot);
    const device = account.linkedDevice;
    if (!device) return;
    this.#trace.note(slot, `the phone no longer lists device ${device.id}`);
    account.devices.delete(device.id);
    device.link?.end({ how: 'word', evidence });
  }

  sendKeys(slot: string): void {
    this.account(slot).linkedDevice?.link?.sendKeys();
  }

  /** The process at the other end died: its sockets are closed by its system. */
  processDied(incarnation: number): void {
    for (const link of this.#links.values()) {
      if (link.trace.incarnation === incarnation && !link.ended) link.clientGone();
    }
  }

  /** Nothing that it sends arrives any more, and nobody says so. */
  processIsCut(incarnation: number): void {
    for (const link of this.#links.values()) {
      if (link.trace.incarnation === incarnation && !link.ended) link.end({ how: 'deaf' });
    }
  }

  endFaults(): void {
    for (const account of this.#accounts.values()) {
      account.stanzaFaults.length = 0;
      account.loginFaults.length = 0;
      account.impostor = 0;
      account.announceAfterMs = 0;
      account.latencyMs = Math.min(account.latencyMs, USUAL_LATENCY_MS);
    }
  }
}

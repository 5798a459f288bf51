import type { AuthenticationCreds } from '@whiskeysockets/baileys';
import type { Account, AccountOptions, ContactOptions } from './accounts.ts';
import { announce, blocklistChange, privacyChange } from './announce.ts';
import { disconnect, type Disconnect } from './disconnect.ts';
import { linkDevice } from './devices.ts';
import { parsePhoneNumber, SimulatorError } from './errors.ts';
import type { Fault, FaultHandle } from './faults.ts';
import type { HostileFrame } from './link.ts';
import { type BlocklistChange, type ExclusionsChange, readChange, readNumbers } from './phone-changes.ts';
import type { Person } from './people.ts';
import { BLACKLIST } from './privacy-state.ts';
import type { CompanionNotification, RefLifetimes } from './registration.ts';
import { WhatsAppServer } from './server.ts';
import type { LoggedStanza } from './stanza-log.ts';

export type { Fault, FaultHandle } from './faults.ts';
export type { Disconnect } from './disconnect.ts';
export type { HostileFrame } from './link.ts';
export type { LoggedStanza } from './stanza-log.ts';

export interface SimulatorOptions {
  /** 127.0.0.1 by default. */
  readonly host?: string;
  /** Any free one by default. */
  readonly port?: number;
  /** Round trip time of every frame, 0 by default. */
  readonly rttMs?: number;
  /** A minute for the first ref and 20 s for each of the others by default. */
  readonly refs?: RefLifetimes;
  /** How long a pairing code can be entered, three minutes by default. */
  readonly codeMs?: number;
  /** `AccountOptions.preKeys` of all accounts that are made without it. */
  readonly preKeys?: number;
}

export interface ExclusionsView {
  readonly dhash: string;
  readonly members: readonly string[];
}

/** What can be seen of an account, as it is at the moment of asking. */
export interface AccountView {
  readonly phoneNumber: string;
  /** Digits; undefined where the account has none. */
  readonly lid: string | undefined;
  readonly privacy: Readonly<Record<string, string>>;
  /** Who is left out, by phone number, of each category that is on contact_blacklist and can have a list. */
  readonly exclusions: Readonly<Record<string, ExclusionsView>>;
  /** Who is blocked, by phone number. */
  readonly blocklist: readonly string[];
  /** Seconds of the default disappearing timer. */
  readonly timer: number;
  /** Everything its devices sent, oldest first. */
  readonly stanzas: readonly LoggedStanza[];
  /** Whether one of its devices is logged in. */
  readonly connected: boolean;
  readonly linkedDevices: number;
  /** When its devices logged in, in epoch milliseconds. */
  readonly logins: readonly number[];
}

export interface Simulator extends AsyncDisposable {
  readonly url: string;
  readonly rootKey: Buffer<ArrayBuffer>;
  readonly rootSerial: number;
  /** How many sockets are open, logged in or not. */
  readonly sockets: number;
  /** Makes an account before a device is linked to it. */
  createAccount(phoneNumber: string, options?: AccountOptions): void;
  /**
   * Makes people who are only there to be named by others: these phone numbers, or so many that nobody has. Returns who they
   * are.
   */
  createContacts(numbers: number | readonly string[], options?: ContactOptions): Person[];
  /**
   * Links a device without the wire, and returns the credentials of its companion. Makes the account if need be. Each
   * call links one more device.
   */
  linkDevice(phoneNumber: string): AuthenticationCreds;
  /** Throws `SimulatorError` 404 where there is no such account. */
  account(phoneNumber: string): AccountView;
  /** Scans a QR with a phone; resolves to its number once the companion is linked. */
  scan(qr: string, phoneNumber?: string): Promise<string>;
  /**
   * Notifies the companion that shows this QR, or a code for this phone number; resolves once it has acknowledged
   * that. With the type `companion_reg_refresh` the secret of the QR is retired: who scans it from then on links nothing.
   */
  notifyCompanion(shown: string, notification: CompanionNotification): Promise<void>;
  /** Phone numbers that companions show a code for: their phones ask for it. The one that asks longest comes first. */
  readonly askedForCode: readonly string[];
  /** Enters a pairing code on a phone; resolves once the companion is linked. */
  enterCode(phoneNumber: string, code: string): Promise<void>;
  /**
   * Changes a setting on the phone and tells the linked devices. Any category and value go; null takes the category out
   * of the account. With `notify: false` nobody is told.
   */
  setPrivacy(phoneNumber: string, category: string, value: string | null, options?: { notify?: boolean }): void;
  /**
   * Puts a category on contact_blacklist on the phone, and leaves out these people, by phone number, besides or instead of
   * those who are left out already. Throws `SimulatorError` 404 where nobody has such a number, or the account no such category.
   */
  setExclusions(phoneNumber: string, category: string, change: ExclusionsChange, options?: { notify?: boolean }): void;
  /** Blocks or unblocks people on the phone, by phone number. Throws `SimulatorError` 404 as `setExclusions` does. */
  setBlocked(phoneNumber: string, change: BlocklistChange, options?: { notify?: boolean }): void;
  /** Sets the default disappearing timer on the phone; other than a linked device it may take any number of seconds. */
  setTimer(phoneNumber: string, seconds: number, options?: { notify?: boolean }): void;
  /** Sends frames that no server would send, on each link of an account. Returns how many links that were. */
  sendFrames(phoneNumber: string, frames: readonly HostileFrame[]): number;
  /** Ends the links of an account; resolves once they are gone. */
  disconnect(phoneNumber: string, how: Disconnect): Promise<void>;
  addFault(fault: Fault): FaultHandle;
  clearFaults(): void;
  setRtt(ms: number): void;
  /** Refuses connections and drops those there are, until `resume`. Accounts and devices stay, and so does the port. */
  pause(): Promise<void>;
  resume(): Promise<void>;
}

export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const server = new WhatsAppServer(options.host ?? '127.0.0.1', options.port ?? 0, {
    refs: options.refs ?? { firstMs: 60_000, nextMs: 20_000 },
    codeMs: options.codeMs ?? 180_000,
  });
  server.rttMs = options.rttMs ?? 0;
  server.accounts.preKeys = options.preKeys ?? 0;
  await server.listen();
  const find = (phoneNumber: string): Account => {
    const account = server.accounts.account(parsePhoneNumber(phoneNumber));
    if (!account) throw new SimulatorError(404, 'phoneNumber: no such account');
    return account;
  };
  return {
    get url() {
      return server.url;
    },
    rootKey: server.identity.rootKey,
    rootSerial: server.identity.rootSerial,
    get sockets() {
      return server.sockets;
    },
    createAccount: (phoneNumber, options) => {
      const phone = parsePhoneNumber(phoneNumber);
      if (server.accounts.account(phone))
        throw new SimulatorError(409, 'phoneNumber: there is such an account already');
      server.accounts.create(phone, options);
    },
    createContacts: (wanted, options) => {
      const { accounts } = server;
      if (typeof wanted === 'number') {
        return Array.from({ length: wanted }, () => accounts.createContact(accounts.unusedPhoneNumber(), options));
      }
      const numbers = wanted.map((number) => parsePhoneNumber(number, 'numbers'));
      if (numbers.some((number) => accounts.get(number))) {
        throw new SimulatorError(409, 'numbers: somebody has one of these already');
      }
      return numbers.map((number) => accounts.createContact(number, options));
    },
    linkDevice: (phoneNumber) => linkDevice(server.accounts.getOrCreate(parsePhoneNumber(phoneNumber))),
    account: (phoneNumber) => view(find(phoneNumber)),
    scan: (qr, phoneNumber) => server.lobby.scan(qr, phoneNumber),
    notifyCompanion: (shown, notification) => server.lobby.notifyCompanion(shown, notification),
    get askedForCode() {
      return server.lobby.asked;
    },
    enterCode: (phoneNumber, code) => server.lobby.enterCode(phoneNumber, code),
    setPrivacy: (phoneNumber, category, value, { notify = true } = {}) => {
      const account = find(phoneNumber);
      if (value === null) account.privacy.delete(category);
      else account.privacy.set(category, value);
      if (notify) announce(account, privacyChange(category, value ?? undefined));
    },
    setExclusions: (phoneNumber, category, change, { notify = true } = {}) => {
      const account = find(phoneNumber);
      const { privacy } = account;
      privacy.change(category, readChange(category, change, privacy, server.accounts));
      if (notify) announce(account, privacyChange(category, BLACKLIST));
    },
    setBlocked: (phoneNumber, { block, unblock }, { notify = true } = {}) => {
      const account = find(phoneNumber);
      const added = readNumbers(block, 'block', server.accounts);
      const removed = readNumbers(unblock, 'unblock', server.accounts);
      for (const each of added) account.blocklist.change('block', each);
      for (const each of removed) account.blocklist.change('unblock', each);
      if (notify) announce(account, blocklistChange);
    },
    setTimer: (phoneNumber, seconds, { notify = true } = {}) => {
      const account = find(phoneNumber);
      account.timer.set(seconds);
      if (notify) announce(account, account.timer.node);
    },
    sendFrames: (phoneNumber, frames) => {
      const { links } = find(phoneNumber);
      for (const link of links) for (const frame of frames) link.sendHostile(frame);
      return links.length;
    },
    disconnect: (phoneNumber, how) => disconnect(find(phoneNumber), how),
    addFault: (fault) => {
      if (fault.phoneNumber === undefined) return server.faults.add(fault);
      return server.faults.add({ ...fault, phoneNumber: parsePhoneNumber(fault.phoneNumber) });
    },
    clearFaults: () => server.faults.clear(),
    setRtt: (ms) => void (server.rttMs = ms),
    pause: () => server.stop(),
    resume: () => server.listen(),
    [Symbol.asyncDispose]: () => server.stop(),
  };
}

function view(account: Account): AccountView {
  return {
    phoneNumber: account.phoneNumber,
    lid: account.lid,
    privacy: Object.fromEntries(account.privacy),
    exclusions: Object.fromEntries(
      [...account.privacy.lists].map(([category, { dhash, members }]) => [category, { dhash, members: [...members] }]),
    ),
    blocklist: [...account.blocklist.members],
    timer: account.timer.seconds,
    stanzas: [...account.log.entries],
    connected: account.links.length > 0,
    linkedDevices: account.devices.size,
    logins: [...account.logins],
  };
}

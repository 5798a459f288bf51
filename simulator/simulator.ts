import type { Account } from './accounts.ts';
import { parsePhoneNumber, SimulatorError } from './errors.ts';
import type { Fault, FaultHandle } from './faults.ts';
import { deviceRemoved, node, replaced, streamError, unixSeconds } from './nodes.ts';
import type { RefLifetimes } from './registration.ts';
import { WhatsAppServer } from './server.ts';
import type { LoggedStanza } from './stanza-log.ts';

export type { Fault, FaultHandle } from './faults.ts';
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
}

/** How the server, or the phone, ends the links of an account. */
export type Disconnect = 'close' | 'reset' | `stream:${number}` | 'xmlstreamend' | 'replaced' | 'device_removed';

/** What can be seen of an account, as it is at the moment of asking. */
export interface AccountView {
  readonly phoneNumber: string;
  readonly lid: string;
  readonly privacy: Readonly<Record<string, string>>;
  /** Everything its devices sent, oldest first. */
  readonly stanzas: readonly LoggedStanza[];
  /** Whether one of its devices is logged in. */
  readonly connected: boolean;
  readonly linkedDevices: number;
}

export interface Simulator extends AsyncDisposable {
  readonly url: string;
  readonly rootKey: Buffer<ArrayBuffer>;
  readonly rootSerial: number;
  /** How many sockets are open, logged in or not. */
  readonly sockets: number;
  /** Makes an account before a device is linked to it, with this snapshot instead of the default one. */
  createAccount(phoneNumber: string, options?: { privacy?: Readonly<Record<string, string>> }): void;
  /** Throws `SimulatorError` 404 where there is no such account. */
  account(phoneNumber: string): AccountView;
  /** Scans a QR with a phone; resolves to its number once the companion is linked. */
  scan(qr: string, phoneNumber?: string): Promise<string>;
  /** Enters a pairing code on a phone; resolves once the companion is linked. */
  enterCode(phoneNumber: string, code: string): Promise<void>;
  /**
   * Changes a setting on the phone and tells the linked devices. Any category and value go; null takes the category out
   * of the account. With `notify: false` nobody is told.
   */
  setPrivacy(phoneNumber: string, category: string, value: string | null, options?: { notify?: boolean }): void;
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
  await server.listen();
  const find = (phoneNumber: string): Account => {
    const account = server.accounts.get(parsePhoneNumber(phoneNumber));
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
    createAccount: (phoneNumber, { privacy } = {}) => {
      const phone = parsePhoneNumber(phoneNumber);
      if (server.accounts.get(phone)) throw new SimulatorError(409, 'phoneNumber: there is such an account already');
      server.accounts.create(phone, privacy);
    },
    account: (phoneNumber) => view(find(phoneNumber)),
    scan: (qr, phoneNumber) => server.lobby.scan(qr, phoneNumber),
    enterCode: (phoneNumber, code) => server.lobby.enterCode(phoneNumber, code),
    setPrivacy: (phoneNumber, category, value, { notify = true } = {}) => {
      const account = find(phoneNumber);
      if (value === null) account.privacy.delete(category);
      else account.privacy.set(category, value);
      if (notify) announce(account, category, value);
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
    stanzas: [...account.log.entries],
    connected: account.links.length > 0,
    linkedDevices: account.devices.size,
  };
}

/** Tells each device of a change that the phone made: at once, or by the dirty bit when it comes back. */
function announce(account: Account, category: string, value: string | null): void {
  const content = value === null ? [] : [node('category', { name: category, value })];
  for (const device of account.devices.values()) {
    const { link } = device;
    if (!link || link.ended || !device.active) {
      device.dirtySince = unixSeconds();
      continue;
    }
    const attrs = { from: account.jid, type: 'account_sync', id: link.nextId(), t: unixSeconds() };
    link.send(node('notification', attrs, [node('privacy', {}, content)]));
  }
}

async function disconnect(account: Account, how: Disconnect): Promise<void> {
  const { links } = account;
  // Unlinked from the phone: no device of the account can log in again, connected now or not.
  if (how === 'device_removed') account.devices.clear();
  for (const link of links) {
    if (how === 'close' || how === 'reset') link.cut(how);
    else if (how === 'xmlstreamend') link.endStream();
    else if (how === 'replaced') link.finish(replaced());
    else if (how === 'device_removed') link.finish(deviceRemoved());
    else link.finish(streamError(Number(how.slice('stream:'.length))));
  }
  await Promise.all(links.map((link) => link.closed));
}

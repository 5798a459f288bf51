import {
  initAuthCreds,
  jidDecode,
  makeWASocket,
  WA_CERT_DETAILS,
  type AuthenticationCreds,
  type ConnectionState,
} from '@whiskeysockets/baileys';
import { LIGHT_SOCKET } from '../src/wire/baileys/light-socket.ts';
import { silentLogger } from '../src/wire/baileys/silent-logger.ts';
import { within } from './deadline.ts';
import { MemoryKeys } from './memory-keys.ts';
import type { SettingsSet } from './settings-sets.ts';
import { Control, type Address } from './simulator-process.ts';

type Socket = ReturnType<typeof makeWASocket>;

const PAIRING_MS = 60_000;

export type PeerOptions = 'light' | 'default';

/** A linked device at rest. */
export interface PeerDevice {
  readonly creds: AuthenticationCreds;
  readonly keys: MemoryKeys;
}

/** A bare Baileys socket that is open. It does not reconnect: nothing here ends it. */
export interface Peer extends Disposable {
  readonly socket: Socket;
  readonly device: PeerDevice;
}

/** Links a new device to the phone of a new account, and leaves it connected. */
export async function pairPeer(address: Address, options: PeerOptions): Promise<Peer & { phoneNumber: string }> {
  const device = { creds: initAuthCreds(), keys: new MemoryKeys() };
  const phoneNumber = await within(PAIRING_MS, 'pairing a bare socket', link(address, options, device));
  return { phoneNumber, ...(await openPeer(address, options, device)) };
}

/** Connects a linked device; resolves once it is open. */
export async function openPeer(address: Address, options: PeerOptions, device: PeerDevice): Promise<Peer> {
  const socket = connect(address, options, device);
  const settled = update(socket, ({ connection }) => connection === 'open' || connection === 'close');
  const { connection } = await within(PAIRING_MS, 'opening a bare socket', settled);
  if (connection !== 'open') throw new Error('The bare socket was closed at login');
  return { socket, device, [Symbol.dispose]: () => void socket.end(undefined) };
}

function connect(address: Address, options: PeerOptions, { creds, keys }: PeerDevice): Socket {
  // Baileys knows one root for the whole process.
  WA_CERT_DETAILS.PUBLIC_KEY = Buffer.from(address.rootKey, 'hex');
  WA_CERT_DETAILS.SERIAL = address.rootSerial;
  return makeWASocket({
    ...(options === 'light' ? { ...LIGHT_SOCKET, shouldIgnoreJid: (jid: string) => !isOwn(creds, jid) } : {}),
    // Baileys' own default logger writes to stdout, where the figures go.
    logger: silentLogger,
    waWebSocketUrl: address.url,
    auth: { creds, keys },
  });
}

async function link(address: Address, options: PeerOptions, device: PeerDevice): Promise<string> {
  const socket = connect(address, options, device);
  // WhatsApp ends the stream after pairing; the device logs in on the next one.
  const ended = update(socket, ({ connection }) => connection === 'close');
  const { qr } = await update(socket, ({ qr: shown }) => shown !== undefined);
  const phoneNumber = await new Control(address).scan(qr ?? '');
  await ended;
  if (!device.creds.me) throw new Error('The bare socket was closed before it was paired');
  return phoneNumber;
}

function update(socket: Socket, wanted: (news: Partial<ConnectionState>) => boolean) {
  const { promise, resolve } = Promise.withResolvers<Partial<ConnectionState>>();
  const listener = (news: Partial<ConnectionState>): void => {
    if (!wanted(news)) return;
    socket.ev.off('connection.update', listener);
    resolve(news);
  };
  socket.ev.on('connection.update', listener);
  return promise;
}

function isOwn({ me }: AuthenticationCreds, jid: string): boolean {
  const user = jidDecode(jid)?.user;
  return user !== undefined && (user === jidDecode(me?.id)?.user || user === jidDecode(me?.lid)?.user);
}

/** How Baileys is used for seven settings: its setters one after the other, then its read, past its cache. */
export async function updateAsPeersDo({ socket }: Peer, values: SettingsSet): Promise<Record<string, string>> {
  await socket.updateLastSeenPrivacy(values.last);
  await socket.updateStatusPrivacy(values.status);
  await socket.updateProfilePicturePrivacy(values.profile);
  await socket.updateOnlinePrivacy(values.online);
  await socket.updateReadReceiptsPrivacy(values.readreceipts);
  await socket.updateCallPrivacy(values.calladd);
  await socket.updateGroupsAddPrivacy(values.groupadd);
  return socket.fetchPrivacySettings(true);
}

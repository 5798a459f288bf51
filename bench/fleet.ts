import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BufferJSON, type AuthenticationCreds } from '@whiskeysockets/baileys';
import { openStorage, type StorageOptions } from '../src/storage/storage.ts';
import { inParallel } from './deadline.ts';
import { MemoryKeys } from './memory-keys.ts';
import { openPeer, type Peer, type PeerOptions } from './peers.ts';
import { openPrivet } from './privet.ts';
import { Control, type Address } from './simulator-process.ts';

/** Linked devices in a folder, all of them connected. */
export interface Fleet extends AsyncDisposable {
  readonly size: number;
}

/** A linked device at rest. */
export interface LinkedDevice {
  readonly phoneNumber: string;
  /** As `BufferJSON` writes them. */
  readonly credentials: string;
}

/**
 * Links devices to new accounts, without the wire: pairing a thousand would take longer than all measuring. Their phone
 * numbers begin with the digits of `prefix`.
 */
export async function linkDevices(address: Address, prefix: string, count: number): Promise<LinkedDevice[]> {
  const control = new Control(address);
  const devices: LinkedDevice[] = [];
  for (let index = 0; index < count; index += 1) {
    const phoneNumber = prefix + String(index).padStart(6, '0');
    devices.push({ phoneNumber, credentials: await control.link(phoneNumber) });
  }
  return devices;
}

/** The name of an instance of a fleet. */
export const nameOf = (index: number): string => `instance-${index}`;

/** Stores instances in a new data folder of the service or a database, as a pairing would have stored them. */
export async function storePrivet(place: StorageOptions, devices: readonly LinkedDevice[]): Promise<void> {
  await using storage = await openStorage(place);
  const { id: accountId } = await storage.accounts.create({ label: 'default' });
  for (const [index, { phoneNumber, credentials }] of devices.entries()) {
    const wanted = { accountId, name: nameOf(index), wanted: 'running', state: 'STOPPED' } as const;
    const { id } = await storage.instances.insert(wanted);
    await storage.instances.update(id, { phoneNumber });
    await storage.credentials.save(id, credentials);
  }
}

/** Starts the service in this process: the instances come back by themselves. */
export async function openPrivetFleet(address: Address, folder: string): Promise<Fleet> {
  const privet = await openPrivet(address, folder);
  return { size: await privet.allOpen(), [Symbol.asyncDispose]: () => privet[Symbol.asyncDispose]() };
}

/** Stores the credentials of bare sockets; a file each. */
export async function storePeers(folder: string, devices: readonly LinkedDevice[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [index, { credentials }] of devices.entries()) await writeFile(join(folder, String(index)), credentials);
}

export async function openPeerFleet(address: Address, folder: string, options: PeerOptions): Promise<Fleet> {
  const files = await readdir(folder);
  const peers: Peer[] = [];
  await inParallel(
    files.length,
    4,
    () => true,
    async (index) => {
      const text = await readFile(join(folder, files[index] ?? ''), 'utf8');
      const creds = JSON.parse(text, BufferJSON.reviver) as AuthenticationCreds;
      // As after the first connection: otherwise the default socket waits 20 s for history, with its events held back.
      creds.accountSyncCounter = 1;
      peers.push(await openPeer(address, options, { creds, keys: new MemoryKeys() }));
    },
  );
  return {
    size: peers.length,
    [Symbol.asyncDispose]: () => {
      for (const peer of peers) peer[Symbol.dispose]();
      return Promise.resolve();
    },
  };
}

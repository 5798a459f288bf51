import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BufferJSON, type AuthenticationCreds } from '@whiskeysockets/baileys';
import { inParallel } from './deadline.ts';
import { MemoryKeys } from './memory-keys.ts';
import { openPeer, pairPeer, type Peer, type PeerOptions } from './peers.ts';
import { openPrivet } from './privet.ts';
import type { Address } from './simulator-process.ts';

/** Linked devices in a folder, all of them connected. */
export interface Fleet extends AsyncDisposable {
  readonly size: number;
  /** Forgets the Signal keys where they are held in memory. */
  readonly dropKeys?: () => void;
}

export interface PairingPlan {
  readonly address: Address;
  readonly folder: string;
  readonly count: number;
  readonly parallel: number;
  readonly mayBegin: () => boolean;
}

/** Pairs instances of the service, which stay in its database. */
export async function pairPrivet({ address, folder, count, parallel, mayBegin }: PairingPlan): Promise<void> {
  await using privet = await openPrivet(address, folder);
  await inParallel(count, parallel, mayBegin, async (index) => void (await privet.pair(`instance-${index}`)));
}

/** Starts the service: the instances come back by themselves. */
export async function openPrivetFleet(address: Address, folder: string): Promise<Fleet> {
  const privet = await openPrivet(address, folder);
  return { size: await privet.allOpen(), [Symbol.asyncDispose]: () => privet[Symbol.asyncDispose]() };
}

/** Pairs bare sockets; a file each. */
export async function pairPeers({ address, folder, count, parallel, mayBegin }: PairingPlan): Promise<void> {
  await mkdir(folder, { recursive: true });
  await inParallel(count, parallel, mayBegin, async () => {
    // The light options whatever comes later: a device is the same to both.
    using peer = await pairPeer(address, 'light');
    const { creds, keys } = peer.device;
    await writeFile(join(folder, randomUUID()), JSON.stringify({ creds, keys }, BufferJSON.replacer));
  });
}

export async function openPeerFleet(address: Address, folder: string, options: PeerOptions): Promise<Fleet> {
  const files = await readdir(folder);
  const peers: Peer[] = [];
  await inParallel(
    files.length,
    4,
    () => true,
    async (index) => {
      const { creds, keys } = await readDevice(join(folder, files[index] ?? ''));
      // As after the first connection: otherwise the default socket waits 20 s for history, with its events held back.
      creds.accountSyncCounter = 1;
      peers.push(await openPeer(address, options, { creds, keys }));
    },
  );
  return {
    size: peers.length,
    dropKeys: () => {
      for (const { device } of peers) device.keys.clear();
    },
    [Symbol.asyncDispose]: () => {
      for (const peer of peers) peer[Symbol.dispose]();
      return Promise.resolve();
    },
  };
}

async function readDevice(path: string): Promise<{ creds: AuthenticationCreds; keys: MemoryKeys }> {
  const stored = JSON.parse(await readFile(path, 'utf8'), BufferJSON.reviver) as {
    creds: AuthenticationCreds;
    keys: Parameters<MemoryKeys['set']>[0];
  };
  const keys = new MemoryKeys();
  keys.set(stored.keys);
  return { creds: stored.creds, keys };
}

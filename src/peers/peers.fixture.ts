import { createSecretKey, randomBytes } from 'node:crypto';
import { pino } from 'pino';
import { systemClock } from '../clock.ts';
import { createPeers, type PeersOptions } from './client.ts';
import { listenForPeers, type ListenOptions } from './listener.ts';
import type { Peer, PeerCall, PeerHandler } from './peers.ts';

export const KEY = createSecretKey(randomBytes(32));

/** A node that is asked, on this machine. */
export async function aNode(handler: Partial<PeerHandler>, options: Partial<ListenOptions> = {}) {
  const logged: string[] = [];
  const log = pino({ level: 'error' }, { write: (line: string) => void logged.push(line) });
  const incarnation = options.incarnation ?? `run-${randomBytes(4).toString('hex')}`;
  const whole: PeerHandler = {
    ask: async () => undefined,
    async *stream() {},
    ...handler,
  };
  const at = { host: '127.0.0.1', port: 0, key: KEY, clock: systemClock, log };
  const listener = await listenForPeers({ ...at, incarnation, handler: whole, ...options });
  const peer: Peer = { incarnation, url: listener.url };
  return { peer, logged, port: listener.port, [Symbol.asyncDispose]: () => listener[Symbol.asyncDispose]() };
}

export const anAsker = (options: Partial<PeersOptions> = {}) =>
  createPeers({ key: KEY, self: 'asker', clock: systemClock, log: pino({ level: 'silent' }), ...options });

export const within = (remainingMs = 10_000, signal = new AbortController().signal): PeerCall => ({
  signal,
  remainingMs,
});

import { pino } from 'pino';
import { expect } from 'vitest';
import { VirtualClock } from '../../test/support/virtual-clock.ts';
import { CALL_MS, type Call } from '../call.ts';
import type { Clock } from '../clock.ts';
import { StorageError } from '../storage/errors.ts';
import type { Instances } from '../storage/instances.ts';
import { temporaryStorage } from '../storage/storage.fixture.ts';
import type { Storage } from '../storage/storage.ts';
import type { TokenRecord } from '../storage/tokens.ts';
import type { SessionEvents } from '../telemetry/events.ts';
import type { CloseEvidence, Link, OpenLink } from '../wire/link.ts';
import type { Reply } from '../wire/reply.ts';
import { Fleet } from './fleet.ts';

/** Of a call that goes on. */
export const { signal } = new AbortController();
export const call: Call = { signal, deadline: { remaining: () => CALL_MS } };

export const tokenOf = (accountId: string, instanceId: string): TokenRecord => ({
  id: 't',
  accountId,
  instanceId,
  hash: new Uint8Array(32),
  scopes: [],
  label: '',
  createdAt: 0,
});

/** What a fleet needs; the link is the test's. */
export const fleetOptions = (clock: Clock, storage: Storage) => ({
  clock,
  log: pino({ level: 'silent' }),
  telemetry: new Proxy({} as SessionEvents, { get: () => () => undefined }),
  storage,
  owner: { incarnation: 'this one', held: true },
});

/** A storage whose repositories do as `change` says, within a transaction too. */
export const changed = (storage: Storage, change: (instances: Instances) => Partial<Instances>): Storage => ({
  ...storage,
  instances: { ...storage.instances, ...change(storage.instances) },
  transaction: (work) =>
    storage.transaction((tx) => work({ ...tx, instances: { ...tx.instances, ...change(tx.instances) } })),
});

/** Sessions over a database of their own, of which the test changes a part. */
export const opened = async (
  change: (instances: Instances) => Partial<Instances>,
  openLink: OpenLink = () => expect.unreachable(),
) => {
  const clock = new VirtualClock();
  const storage = await temporaryStorage({ clock });
  const { id: accountId } = await storage.accounts.create({ label: '' });
  const lines: string[] = [];
  const fleet = new Fleet({
    ...fleetOptions(clock, changed(storage, change)),
    log: pino({ level: 'warn' }, { write: (line) => void lines.push(line) }),
    openLink,
  });
  await fleet.load();
  return { clock, fleet, storage, lines, reach: { accountId } };
};

/** A commit that is carried out and reported as failed, the first `times` of them. */
export const failingCommits = (storage: Storage, times: number): Storage['transaction'] => {
  let left = times;
  return async (work) => {
    const result = await storage.transaction(work);
    left -= 1;
    if (left >= 0) throw new StorageError('io', 'made to fail');
    return result;
  };
};

/** A connection that is OPEN at once, and on which nothing but privacy reads is ever answered. */
export const deafLink: OpenLink = ({ events }) => {
  const over = Promise.withResolvers<CloseEvidence>();
  const privacy = { tag: 'privacy', attrs: {}, content: [{ tag: 'category', attrs: { name: 'last', value: 'all' } }] };
  const shown: Reply = { kind: 'result', stanza: { tag: 'iq', attrs: { type: 'result' }, content: [privacy] } };
  const link: Link = {
    request: ({ attrs }) => (attrs['xmlns'] === 'privacy' ? Promise.resolve(shown) : new Promise(() => undefined)),
    requestPairingCode: () => expect.unreachable(),
    end(evidence) {
      events.onOver();
      over.resolve(evidence);
    },
    jid: '4915550000001:1@s.whatsapp.net',
    lid: undefined,
    phase: 'open',
    reached: () => undefined,
    ended: over.promise,
  };
  queueMicrotask(() => events.onLogin({ phoneNumber: '4915550000001' }));
  return link;
};

/** An instance named shop, with a login. */
export const linked = async (openLink = deafLink) => {
  const rig = await opened(() => ({}), openLink);
  const { id } = await rig.fleet.lifecycle.create(rig.reach, 'shop');
  await rig.storage.credentials.save(id, '{}');
  return { ...rig, id };
};

import { type BinaryNode, decodeBinaryNode, encodeBinaryNode } from '@whiskeysockets/baileys';
import type { HostileFrame } from '../../simulator/simulator.ts';
import { node } from './hostile-frames.ts';
import { seededRandom } from './random.ts';

/** The odds that a batch is followed by a frame that cannot be read, which ends the link. */
const UNREADABLE_ODDS = 0.3;
const MOST_TRIES = 1_000;

export interface FuzzedBatch {
  readonly readable: readonly HostileFrame[];
  readonly unreadable: HostileFrame | undefined;
}

/** Frames like those that a server sends. */
const seeds = (me: string): BinaryNode[] => {
  const from = '@s.whatsapp.net';
  const privacy = node('privacy', {}, [node('category', { name: 'last', value: 'all' })]);
  return [
    node('iq', { id: '1.2-3', from, type: 'result' }, [privacy]),
    node('iq', { id: '1.2-4', from, type: 'error' }, [node('error', { code: '403', text: 'forbidden' })]),
    node('iq', { id: '5', from, type: 'set', xmlns: 'md' }, [
      node('pair-device', {}, [node('ref', {}, Buffer.from('2@abc'))]),
    ]),
    node('success', { t: '1700000000', lid: '12345678901234:1@lid', props: '27', location: 'sim' }),
    node('ib', { from }, [node('offline', { count: '3' })]),
    node('ib', { from }, [node('dirty', { type: 'account_sync', timestamp: '1700000000' })]),
    node('ib', { from }, [node('edge_routing', {}, [node('routing_info', {}, Buffer.alloc(8))])]),
    node('notification', { id: '7', from: me, type: 'account_sync', t: '1700000000' }, [privacy]),
    node('notification', { id: '8', from, type: 'encrypt', t: '1700000000' }, [node('count', { value: '20' })]),
    node('notification', { id: '9', from: '12-34@g.us', type: 'w:gp2', participant: me }, [
      node('add', {}, [node('participant', { jid: me })]),
    ]),
    node('notification', { id: '10', from, type: 'link_code_companion_reg' }, [
      node('link_code_companion_reg', { stage: 'primary_hello' }, [node('primary_identity_pub', {}, Buffer.alloc(32))]),
    ]),
    node('notification', { id: '11', from: me, type: 'devices' }, [node('update', {}, [node('device', { jid: me })])]),
    node('message', { id: '12', from: me, type: 'text', t: '1700000000', notify: 'x' }, [
      node('enc', { v: '2', type: 'pkmsg' }, Buffer.alloc(60, 7)),
    ]),
    node('message', { id: '13', from: '4915000000@s.whatsapp.net', t: '1' }, [
      node('enc', { type: 'msg' }, Buffer.alloc(9)),
    ]),
    node('receipt', { id: '14', from: me, type: 'retry', t: '1' }, [
      node('retry', { count: '1', id: '15', t: '1', v: '1' }),
    ]),
    node('call', { id: '16', from: me, t: '1' }, [node('offer', { 'call-id': 'abc', 'call-creator': me })]),
    node('ack', { id: '17', class: 'message', from: me, error: '463' }),
    node('presence', { from: me, type: 'available' }),
  ];
};

const isReadable = (bytes: Buffer): Promise<boolean> =>
  decodeBinaryNode(bytes).then(
    () => true,
    () => false,
  );

/** Makes batches of mutated frames for one account, the same ones for the same seed. */
export function fuzzedFrames(seed: number, me: string): (count: number) => Promise<FuzzedBatch> {
  const random = seededRandom(seed);
  const below = (limit: number): number => Math.floor(random() * limit);
  const mutate = (bytes: Buffer): Buffer => {
    const at = below(bytes.length);
    const to = Math.min(bytes.length, at + 1 + below(8));
    switch (below(6)) {
      case 0:
        return bytes.fill(below(256), at, at + 1);
      case 1:
        return bytes.fill((bytes[at] ?? 0) ^ (1 << below(8)), at, at + 1);
      case 2:
        return Buffer.concat([bytes.subarray(0, at), bytes.subarray(to)]);
      case 3:
        return Buffer.concat([bytes.subarray(0, to), bytes.subarray(at)]);
      case 4:
        return Buffer.concat([bytes.subarray(0, at), Buffer.from([below(256), below(256)]), bytes.subarray(at)]);
      default:
        return bytes.subarray(0, Math.max(1, at));
    }
  };
  const all = seeds(me);
  const mutant = (): Buffer => {
    let bytes = Buffer.from(encodeBinaryNode(all[below(all.length)] ?? node('ib')));
    for (let rounds = 1 + below(3); rounds > 0 && bytes.length > 1; rounds -= 1) bytes = Buffer.from(mutate(bytes));
    return bytes;
  };
  const find = async (wanted: boolean): Promise<HostileFrame> => {
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const data = mutant();
      if ((await isReadable(data)) === wanted) return { as: 'plain', data };
    }
    throw new Error('no such mutant');
  };
  return async (count) => {
    const readable: HostileFrame[] = [];
    while (readable.length < count) readable.push(await find(true));
    return { readable, unreadable: random() < UNREADABLE_ODDS ? await find(false) : undefined };
  };
}

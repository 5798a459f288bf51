import { randomBytes } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import { type BinaryNode, encodeBinaryNode } from '@whiskeysockets/baileys';
import type { HostileFrame } from '../../simulator/simulator.ts';

const SERVER = '@s.whatsapp.net';

export const node = (tag: string, attrs: Record<string, string> = {}, content?: BinaryNode['content']): BinaryNode =>
  content === undefined ? { tag, attrs } : { tag, attrs, content };

export const plain = (stanza: BinaryNode): HostileFrame => ({ as: 'plain', data: encodeBinaryNode(stanza) });

const bytes = (...values: number[]): Buffer => Buffer.from(values);

let ids = 0;
const id = (): string => `hostile-${(ids += 1)}`;

const notification = (type: string, content?: BinaryNode['content'], from = SERVER): BinaryNode =>
  node('notification', { id: id(), from, type, t: '1700000000' }, content);

const ib = (...content: BinaryNode[]): BinaryNode => node('ib', { from: SERVER }, content);

/** `depth` nodes inside each other, written by hand: no encoder would get that far. */
const nested = (depth: number): Buffer =>
  Buffer.concat([bytes(0), ...Array<Buffer>(depth).fill(bytes(0xf8, 2, 3, 0xf8, 1))]);

const ROW = 60_000;
/** So many nodes without anything in them: three bytes each, and a hundred in memory. */
const emptyNodes = (count: number): Buffer => {
  const listOf = (length: number, content: Buffer): Buffer =>
    Buffer.concat([bytes(0xf8, 2, 3, 0xf9, length >> 8, length & 0xff), content]);
  const rows = Math.ceil(count / ROW);
  const row = listOf(ROW, Buffer.alloc(3 * ROW, bytes(0xf8, 1, 3)));
  return listOf(rows, Buffer.concat(Array<Buffer>(rows).fill(row)));
};

/** Compressed, with the flag in front that says so. */
const compressed = (stanza: Uint8Array): HostileFrame => ({
  as: 'plain',
  data: Buffer.concat([bytes(2), deflateSync(stanza)]),
});

const byteByByte = (count: number): readonly HostileFrame[] =>
  Array.from({ length: count }, () => ({ as: 'bytes', data: bytes(0) }));

export interface Costly {
  readonly kind: string;
  readonly frames: readonly HostileFrame[];
  /** Why the link ends, if it does. */
  readonly reason?: string;
}

/** Frames that cost more than they weigh. */
export const costlyFrames = (): readonly Costly[] => [
  { kind: 'five million nodes in 16 KB', frames: [compressed(emptyNodes(5_500_000))], reason: 'FRAME_TOO_LARGE' },
  { kind: 'three hundred thousand nodes', frames: [compressed(emptyNodes(300_000))] },
  {
    kind: 'three hundred thousand nodes, over and over',
    frames: Array.from({ length: 60 }, () => compressed(emptyNodes(300_000))),
    reason: 'FRAME_TOO_LARGE',
  },
  {
    kind: 'a length of 16 MB, 12 MB of it byte by byte at last',
    frames: [
      { as: 'bytes', data: bytes(0xff, 0xff, 0xff) },
      ...Array.from({ length: 12 }, (): HostileFrame => ({ as: 'bytes', data: Buffer.alloc(1 << 20) })),
      ...byteByByte(9_600),
    ],
    reason: 'FRAME_TOO_LARGE',
  },
  {
    kind: 'a length of 1 MB, byte by byte',
    frames: [
      { as: 'bytes', data: bytes(0x0f, 0xff, 0xff) },
      { as: 'bytes', data: Buffer.alloc(900_000) },
      ...byteByByte(9_600),
    ],
  },
  { kind: 'a message of 60 MB', frames: [{ as: 'bytes', data: Buffer.alloc(60 << 20, 1) }], reason: 'FRAME_TOO_LARGE' },
  {
    kind: 'a message of empty frames',
    frames: [{ as: 'bytes', data: Buffer.alloc(900_000) }],
    reason: 'FRAME_TOO_LARGE',
  },
];

let deflated: Buffer | undefined;
/** A few hundred kilobytes that become 256 MB. */
const bomb = (): Buffer => (deflated ??= Buffer.concat([bytes(2), deflateSync(Buffer.alloc(256 << 20))]));

const refs = (...content: BinaryNode[]): BinaryNode =>
  node('iq', { id: id(), from: SERVER, type: 'set', xmlns: 'md' }, [node('pair-device', {}, content)]);

/** Frames to choke on, by what is wrong with them. `me` is the address of the account that they go to. */
export const hostileFrames = (me: string): Readonly<Record<string, readonly HostileFrame[]>> => ({
  'does not decrypt': [{ as: 'sealed', data: randomBytes(64) }],
  'shorter than its tag': [{ as: 'sealed', data: bytes(1) }],
  'an empty frame': [{ as: 'bytes', data: bytes(0, 0, 0) }],
  'a message of two bytes, then another': [{ as: 'bytes', data: bytes(0, 0) }, plain(ib(node('offline')))],
  'a node of no bytes': [{ as: 'plain', data: bytes() }],
  'a truncated node': [{ as: 'plain', data: encodeBinaryNode(notification('account_sync')).subarray(0, 9) }],
  'an unknown tag': [{ as: 'plain', data: bytes(0, 0xf8, 2, 0xf5, 1) }],
  'a list longer than what follows': [{ as: 'plain', data: bytes(0, 0xf9, 0xff, 0xff, 3, 1, 1) }],
  'a text longer than what follows': [{ as: 'plain', data: bytes(0, 0xf8, 2, 0xfe, 0x7f, 0xff, 0xff, 0xff) }],
  'compressed, but not': [{ as: 'plain', data: bytes(2, 1, 2, 3, 4) }],
  'a bomb': [{ as: 'plain', data: bomb() }],
  'nested beyond the stack': [{ as: 'plain', data: nested(150_000) }],
  'nested deeply': [plain(Array.from({ length: 500 }).reduce<BinaryNode>((inner) => node('item', {}, [inner]), ib()))],
  'a huge attribute': [plain(node('notification', { id: id(), from: me, type: 'x'.repeat(900_000) }))],
  'a notification without anything': [plain(node('notification'))],
  'account_sync without children': [plain(notification('account_sync', undefined, me))],
  'account_sync with text where nodes belong': [
    plain(notification('account_sync', [node('privacy', {}, 'all')], me)),
    plain(notification('account_sync', Buffer.from('privacy'), me)),
    plain(notification('account_sync', [node('disappearing_mode', { duration: 'x', t: '-' })], me)),
  ],
  'dirty of all kinds': [
    plain(ib(node('dirty'))),
    ...['account_sync', 'groups', 'communities', 'x'].map((type) => plain(ib(node('dirty', { type, timestamp: 'x' })))),
  ],
  'offline with odd counts': [
    plain(ib(node('offline'))),
    plain(ib(node('offline', { count: '-1e999' }))),
    plain(ib(node('offline_preview', { count: 'x' }))),
  ],
  'edge_routing with garbage': [
    plain(ib(node('edge_routing'))),
    plain(ib(node('edge_routing', {}, [node('routing_info', {}, [node('x')])]))),
    plain(ib(node('edge_routing', {}, [node('routing_info', {}, randomBytes(70_000))]))),
  ],
  'a pairing offer while logged in': [
    plain(refs(node('ref', {}, Buffer.from('2@x')), node('ref'))),
    plain(refs()),
    plain(node('iq', { id: id(), from: SERVER, type: 'set' }, [node('pair-device')])),
  ],
  'a pairing while logged in': [
    plain(node('iq', { id: id(), from: SERVER, type: 'set', xmlns: 'md' }, [node('pair-success')])),
    plain(
      node('iq', { id: id(), from: SERVER, type: 'set' }, [
        node('pair-success', {}, [
          node('device-identity', {}, randomBytes(40)),
          node('device', { jid: '49150@s.whatsapp.net', lid: '1@lid' }),
          node('platform', { name: 'x' }),
        ]),
      ]),
    ),
  ],
  'a pairing code while logged in': [
    plain(notification('link_code_companion_reg')),
    plain(
      notification('link_code_companion_reg', [
        node('link_code_companion_reg', { stage: 'primary_hello' }, [
          node('link_code_pairing_wrapped_primary_ephemeral_pub', {}, randomBytes(80)),
          node('primary_identity_pub', {}, randomBytes(32)),
          node('link_code_pairing_ref', {}, randomBytes(16)),
        ]),
      ]),
    ),
  ],
  'calls with junk': [
    plain(node('call', { id: id() })),
    plain(node('call', { id: id(), from: me, t: 'x' }, [node('offer', { type: 'group', 'group-jid': 'x' })])),
    plain(node('call', { id: id(), from: me }, [node('terminate', { 'call-id': 'x', reason: 'timeout' })])),
    plain(node('call', { from: SERVER, offline: '1' }, 'text')),
  ],
  'messages with junk': [
    plain(node('message')),
    plain(node('message', { id: id(), from: me, type: 'text' })),
    plain(node('message', { id: id(), from: me, t: 'x' }, [node('enc', { v: '2', type: 'pkmsg' }, randomBytes(99))])),
    plain(node('message', { id: id(), from: me, offline: '1' }, [node('enc', { type: 'msg' }, randomBytes(40))])),
    plain(node('message', { id: id(), from: me }, [node('plaintext', {}, randomBytes(30))])),
    plain(node('message', { id: id(), from: '1@newsletter', type: 'text' }, [node('plaintext', {}, 'x')])),
  ],
  'receipts with junk': [
    plain(node('receipt', { id: id() })),
    plain(node('receipt', { id: id(), from: me, type: 'retry' }, [node('retry', { count: 'x' })])),
    plain(node('receipt', { id: id(), from: me, participant: 'x' }, [node('list', {}, [node('item')])])),
    plain(node('receipt', { from: '@lid', type: 'read', recipient: '' })),
  ],
  'notifications with odd children': [
    plain(notification('encrypt')),
    plain(notification('encrypt', [node('count', { value: 'x' })])),
    plain(notification('encrypt', [node('identity')], '4915000@s.whatsapp.net')),
    plain(notification('mediaretry', [node('rmr')])),
    plain(notification('w:gp2', [node('create'), node('add', {}, [node('participant')])], '1-2@g.us')),
    plain(notification('devices', [node('remove', {}, [node('device', { jid: 'x' })])], me)),
    plain(notification('mex', [node('update', { op_name: 'x' }, '{')])),
    plain(notification('server_sync', [node('collection', { name: 'x' })])),
    plain(notification('privacy_token', [node('tokens', {}, [node('token')])], me)),
    plain(notification('newsletter', [node('reaction')], '1@newsletter')),
  ],
  'a login that is accepted twice': [plain(node('success', { t: 'x' })), plain(node('success'))],
  'a stream error without children': [plain(node('stream:error'))],
  'a stream error with text': [plain(node('stream:error', { code: 'x' }, 'text'))],
  'a failure without a reason': [plain(node('failure'))],
  'answers to nothing': [
    plain(node('iq', { type: 'result' })),
    plain(node('iq', { type: 'error', id: 'x' }, [node('error')])),
    plain(node('iq', { id: 'x' }, 'text')),
    plain(node('ack', { class: 'message', error: '463', from: me })),
    plain(node('ack', { class: 'message', error: '475', id: id() })),
  ],
  'presence without a sender': [plain(node('presence')), plain(node('chatstate', {}, [node('composing')]))],
  'an end of the stream': [plain(node('xmlstreamend', { reason: 'x' }, 'text'))],
  'a length that nothing follows': [{ as: 'bytes', data: bytes(0x0f, 0xff, 0xff) }],
  'a length beyond measure': [{ as: 'bytes', data: bytes(0xff, 0xff, 0xff) }],
});

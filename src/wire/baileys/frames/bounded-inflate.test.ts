import { InflateBudget } from './bounded-inflate.ts';
import { promisify } from 'node:util';
import { deflateSync, inflate } from 'node:zlib';
import { decodeBinaryNode, encodeBinaryNode } from '@whiskeysockets/baileys';
import { expect, test } from 'vitest';

const compressed = (plain: Uint8Array): Buffer => Buffer.concat([Buffer.from([2]), deflateSync(plain)]);

test('a compressed frame is read as before', async () => {
  const stanza = { tag: 'iq', attrs: { id: 'x'.repeat(1000) } };
  await expect(decodeBinaryNode(compressed(encodeBinaryNode(stanza).subarray(1)))).resolves.toMatchObject(stanza);
});

test('one that grows beyond all measure is refused', async () => {
  const bomb = deflateSync(Buffer.alloc(64 << 20), { level: 9 });
  await expect(promisify(inflate)(bomb)).rejects.toMatchObject({ code: 'ERR_BUFFER_TOO_LARGE' });
  await expect(decodeBinaryNode(Buffer.concat([Buffer.from([2]), bomb]))).rejects.toMatchObject({
    code: 'ERR_BUFFER_TOO_LARGE',
  });
});

test('one link inflates so much in a row and no more; another one is not concerned', async () => {
  const nearly = compressed(
    Buffer.concat([Buffer.from([0xf8, 2, 3, 0xfe, 0x00, 0x0e, 0xff, 0xff]), Buffer.alloc(0xeffff)]),
  );
  const [one, other] = [new InflateBudget(), new InflateBudget()];
  const read = (budget: InflateBudget): Promise<unknown> => budget.run(() => decodeBinaryNode(nearly));
  await Promise.all([read(one), read(one)]);
  await expect(read(one)).rejects.toMatchObject({ code: 'ERR_BUFFER_TOO_LARGE' });
  await expect(read(other)).resolves.toMatchObject({ tag: expect.any(String) });
});

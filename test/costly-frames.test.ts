import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import {
  expectLinksAtWorst,
  expectUnharmed,
  startSmallCrowd,
  untilRead,
  untilReason,
} from './support/costly-frames.ts';
import { costlyFrames } from './support/hostile-frames.ts';
import { endedWithin, openTestLink } from './support/links.ts';

// All kinds of frames: costly-frames.long.ts.
test('a frame of five million nodes ends its link at worst, with a small heap; who compresses unasked is not talked to', async () => {
  const crowd = await startSmallCrowd(2);
  await expectLinksAtWorst(crowd, costlyFrames().slice(0, 1));
  const member = crowd.members.at(-1) ?? expect.unreachable();
  using fault = crowd.simulator.addFault({ do: 'compress', times: 1 });
  await crowd.simulator.disconnect(member.phoneNumber, 'reset');
  await untilReason(crowd, member, 'COMPRESSION_FORCED');
  expect(fault.hits).toBe(1);
  await untilRead(crowd, member);
  await expectUnharmed(crowd);
}, 60_000);

test('nobody is offered to compress', async () => {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const upgrade = once(server, 'upgrade');
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { link } = openTestLink({ url, rootKey: Buffer.alloc(32), rootSerial: 0 }, undefined);
  const [{ headers }, socket] = (await upgrade) as [IncomingMessage, { destroy(): void }];
  expect(headers['upgrade']).toBe('websocket');
  expect(headers).not.toHaveProperty('sec-websocket-extensions');
  socket.destroy();
  await expect(endedWithin(link, 10_000)).resolves.toMatchObject({ kind: 'closed' });
});

import { expect, test } from 'vitest';
import { FrameCutter, FrameRefused, MAX_FRAME_BYTES, MAX_MESSAGE_BYTES } from './frame-bounds.ts';

function frame(length: number, fill = 7): Buffer {
  const bytes = Buffer.alloc(3 + length, fill);
  bytes.writeUIntBE(length, 0, 3);
  return bytes;
}

/** What comes out of a stream that comes in pieces of this size. */
function cutInto(size: number, stream: Buffer): Buffer[] {
  const cutter = new FrameCutter();
  const out: Buffer[] = [];
  for (let at = 0; at < stream.length; at += size) {
    const whole = cutter.feed(stream.subarray(at, at + size));
    if (whole) out.push(Buffer.from(whole));
  }
  return out;
}

const frames = [frame(1, 1), frame(3000, 2), frame(2, 3), frame(65_000, 4), frame(1, 5)];

test.each([1, 2, 3, 4, 5, 1000, 3003, 3007, 100_000])(
  'pieces of %d bytes: whole frames come out, all and in order',
  (size) => {
    const stream = Buffer.concat(frames);
    const out = cutInto(size, stream);
    expect(Buffer.concat(out).equals(stream)).toBe(true);
    for (const whole of out) {
      let at = 0;
      while (at < whole.length) at += 3 + whole.readUIntBE(at, 3);
      expect(at).toBe(whole.length);
    }
  },
);

test('what was given on does not change with what comes after it', () => {
  const cutter = new FrameCutter();
  const [first, second] = [frame(10, 1), frame(20, 2)];
  const stream = Buffer.concat([first, second]);
  cutter.feed(stream.subarray(0, 5));
  const given = cutter.feed(stream.subarray(5, 20));
  cutter.feed(stream.subarray(20));
  expect(given?.equals(first)).toBe(true);
});

test('the largest frame is taken; a larger one is refused as soon as its length is known', () => {
  const largest = frame(MAX_FRAME_BYTES);
  expect(Buffer.concat(cutInto(60_000, largest)).equals(largest)).toBe(true);
  const larger = Buffer.alloc(3);
  larger.writeUIntBE(MAX_FRAME_BYTES + 1, 0, 3);
  expect(() => new FrameCutter().feed(larger)).toThrow(FrameRefused);
  expect(() => cutInto(1, larger)).toThrow(FrameRefused);
  expect(() => cutInto(11, Buffer.concat([frame(5), larger]))).toThrow(FrameRefused);
});

test('an empty frame and a message beyond measure are refused', () => {
  expect(() => new FrameCutter().feed(Buffer.alloc(3))).toThrow(FrameRefused);
  expect(() => new FrameCutter().feed(Buffer.alloc(MAX_MESSAGE_BYTES + 1, 1))).toThrow(FrameRefused);
});

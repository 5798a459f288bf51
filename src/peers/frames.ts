import { timingSafeEqual } from 'node:crypto';
import type { ConnectionMarks } from './marks.ts';

/** One value of a stream, or how it ended. */
export interface Frame {
  readonly kind: number;
  readonly payload: Buffer;
}

/** Length of the payload (4), kind (2), mark (32). */
const HEAD_BYTES = 38;

/** The frames of one stream, in their order: each is marked with its place in it. */
export class FrameWriter {
  readonly #marks: ConnectionMarks;
  readonly #sequence: number;
  #index = 0;

  constructor(marks: ConnectionMarks, sequence: number) {
    this.#marks = marks;
    this.#sequence = sequence;
  }

  write(kind: number, payload: Buffer): Buffer {
    const head = Buffer.allocUnsafe(HEAD_BYTES);
    head.writeUInt32BE(payload.length, 0);
    head.writeUInt16BE(kind, 4);
    this.#marks.frame(this.#sequence, this.#index++, kind, payload).copy(head, 6);
    return Buffer.concat([head, payload]);
  }
}

/** Takes the bytes of a stream apart. Throws where they are not what the other node wrote. */
export class FrameReader {
  readonly #marks: ConnectionMarks;
  readonly #sequence: number;
  readonly #longest: number;
  #index = 0;
  #chunks: Buffer[] = [];
  #bytes = 0;
  /** How many bytes make the next step possible, so that a long frame is put together once. */
  #needed = HEAD_BYTES;

  constructor(marks: ConnectionMarks, sequence: number, longest: number) {
    this.#marks = marks;
    this.#sequence = sequence;
    this.#longest = longest;
  }

  push(chunk: Buffer): Frame[] {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    const frames: Frame[] = [];
    if (this.#bytes < this.#needed) return frames;
    let rest = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks);
    for (;;) {
      this.#needed = HEAD_BYTES;
      if (rest.length < this.#needed) break;
      const length = rest.readUInt32BE(0);
      if (length > this.#longest) throw new RangeError(`A value of ${length} bytes`);
      this.#needed = HEAD_BYTES + length;
      if (rest.length < this.#needed) break;
      frames.push(this.#judged(rest.subarray(0, this.#needed)));
      rest = rest.subarray(this.#needed);
    }
    this.#chunks = rest.length === 0 ? [] : [rest];
    this.#bytes = rest.length;
    return frames;
  }

  #judged(bytes: Buffer): Frame {
    const kind = bytes.readUInt16BE(4);
    const payload = bytes.subarray(HEAD_BYTES);
    const right = this.#marks.frame(this.#sequence, this.#index++, kind, payload);
    if (!timingSafeEqual(bytes.subarray(6, HEAD_BYTES), right)) throw new Error('A value that the node did not mark');
    return { kind, payload };
  }
}

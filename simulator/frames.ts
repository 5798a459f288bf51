import { STREAM_HEADER } from './noise.ts';

/** Largest frame taken. A client's largest is its first upload of 812 pre-keys, about 40 KB. */
const MAX_FRAME_BYTES = 1 << 20;
const ROUTING_MARK = 'ED';

/** Cuts the byte stream into frames: stream header once (routing info before it where there is some), then `length, bytes`. */
export class FrameReader {
  #bytes: Buffer = Buffer.alloc(0);
  #introduced = false;

  /** Returns the frames that are complete now. Throws where the stream does not begin as WhatsApp's does. */
  feed(data: Buffer): Buffer[] {
    this.#bytes = this.#bytes.length === 0 ? data : Buffer.concat([this.#bytes, data]);
    if (!this.#introduced && !this.#readIntroduction()) return [];
    const frames: Buffer[] = [];
    while (this.#bytes.length >= 3) {
      const length = this.#bytes.readUIntBE(0, 3);
      if (length > MAX_FRAME_BYTES) throw new Error(`frame of ${length} bytes`);
      if (this.#bytes.length < 3 + length) break;
      frames.push(this.#bytes.subarray(3, 3 + length));
      this.#bytes = this.#bytes.subarray(3 + length);
    }
    return frames;
  }

  #readIntroduction(): boolean {
    let start = 0;
    if (this.#bytes.subarray(0, 2).toString('latin1') === ROUTING_MARK) {
      if (this.#bytes.length < 7) return false;
      start = 7 + this.#bytes.readUIntBE(4, 3);
    }
    const end = start + STREAM_HEADER.length;
    if (this.#bytes.length < end) return false;
    if (!this.#bytes.subarray(start, end).equals(STREAM_HEADER)) throw new Error('not a WhatsApp stream');
    this.#bytes = this.#bytes.subarray(end);
    this.#introduced = true;
    return true;
  }
}

export function frame(payload: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(3 + payload.length);
  bytes.writeUIntBE(payload.length, 0, 3);
  bytes.set(payload, 3);
  return bytes;
}

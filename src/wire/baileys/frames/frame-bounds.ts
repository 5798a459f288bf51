/**
 * The most that one frame may have, on the wire and inflated. What WhatsApp sends to a client that takes no history is a
 * tenth of that; of nodes without anything in them it makes some 45 MB, and a quarter of a second's work.
 */
export const MAX_FRAME_BYTES = 1 << 20;

const HEADER_BYTES = 3;
/** The most that one WebSocket message may have: a largest frame, and room for small ones beside it. */
export const MAX_MESSAGE_BYTES = MAX_FRAME_BYTES + (64 << 10);

const FIRST_ROOM = 1 << 10;

/** More at once than this service takes; or a frame of nothing, which costs a look at it and never means anything. */
export class FrameRefused extends Error {
  readonly code = 'FRAME_REFUSED';
}

/**
 * Cuts what comes in at the ends of frames (`length, bytes`), so that Baileys, which copies all it has with each message,
 * never has half a frame. Holds one frame at the most, and copies each byte a bounded number of times.
 */
export class FrameCutter {
  /** Room for what is held, which is the beginning of one frame. */
  #room: Buffer = Buffer.alloc(0);
  #held = 0;

  /**
   * Returns the frames that are whole with this message, one behind the other; undefined where there is none.
   * @throws FrameRefused
   */
  feed(message: Uint8Array): Buffer | undefined {
    if (message.length > MAX_MESSAGE_BYTES) throw new FrameRefused('A message is too large');
    const bytes = this.#append(message);
    const end = endOfWhole(bytes);
    if (end === 0) {
      if (this.#held === 0) this.#keep(bytes);
      else this.#held = bytes.length;
      return undefined;
    }
    this.#held = 0;
    this.#keep(bytes.subarray(end));
    return bytes.subarray(0, end);
  }

  #append(message: Uint8Array): Buffer {
    const { byteLength, buffer, byteOffset } = message;
    if (this.#held === 0) return Buffer.from(buffer, byteOffset, byteLength);
    const length = this.#held + byteLength;
    if (length > this.#room.length) {
      const room = Buffer.allocUnsafe(Math.max(length, 2 * this.#room.length));
      this.#room.copy(room, 0, 0, this.#held);
      this.#room = room;
    }
    this.#room.set(message, this.#held);
    return this.#room.subarray(0, length);
  }

  /** In room of its own: what came in belongs to the socket, and what goes on to Baileys. */
  #keep(rest: Buffer): void {
    this.#held = rest.length;
    this.#room = rest.length === 0 ? Buffer.alloc(0) : Buffer.allocUnsafe(Math.max(FIRST_ROOM, rest.length));
    rest.copy(this.#room);
  }
}

function endOfWhole(bytes: Buffer): number {
  let end = 0;
  while (bytes.length - end >= HEADER_BYTES) {
    const length = bytes.readUIntBE(end, HEADER_BYTES);
    if (length === 0) throw new FrameRefused('A frame is empty');
    if (length > MAX_FRAME_BYTES) throw new FrameRefused('A frame is too large');
    if (bytes.length - end < HEADER_BYTES + length) break;
    end += HEADER_BYTES + length;
  }
  return end;
}

import { createCipheriv, createDecipheriv, createHash, hkdfSync } from 'node:crypto';
import { Curve, proto } from '@whiskeysockets/baileys';
import type { ServerIdentity } from './certificate.ts';

/** `WA`, protocol 6, dictionary 3: the first bytes of a stream, and the prologue of the handshake. */
export const STREAM_HEADER = Buffer.from([0x57, 0x41, 6, 3]);

const PATTERN = Buffer.from('Noise_XX_25519_AESGCM_SHA256\0\0\0\0');
const TAG_BYTES = 16;
const NOTHING = Buffer.alloc(0);

const sha256 = (...parts: Uint8Array[]): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

/** The nonce is the message number in the last four of twelve bytes. */
const nonce = (counter: number): Buffer => {
  const iv = Buffer.alloc(12);
  iv.writeUInt32BE(counter, 8);
  return iv;
};

function seal(key: Buffer, counter: number, plain: Uint8Array, data: Buffer): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, nonce(counter)).setAAD(data);
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function open(key: Buffer, counter: number, sealed: Uint8Array, data: Buffer): Buffer {
  const bytes = Buffer.from(sealed);
  if (bytes.length < TAG_BYTES) throw new Error('a sealed frame is shorter than its tag');
  const decipher = createDecipheriv('aes-256-gcm', key, nonce(counter)).setAAD(data);
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  return Buffer.concat([decipher.update(bytes.subarray(0, -TAG_BYTES)), decipher.final()]);
}

/** What the handshake learned about the client. */
export interface ClientFinish {
  /** The client's long-term noise key: at login it must be the one that was paired. */
  readonly noiseKey: Buffer;
  readonly payload: proto.ClientPayload;
}

/**
 * The server's side of Noise XX, then of the transport it sets up. The caller feeds frames in order: first
 * `readHello`, then `readFinish`, from then on `decrypt` and `encrypt`. Every method throws on what it cannot verify.
 */
export class NoiseServer {
  #hash: Buffer;
  #salt: Buffer = PATTERN;
  #key: Buffer = PATTERN;
  #counter = 0;
  #clientEphemeral: Buffer = NOTHING;
  #transport: { read: Buffer; write: Buffer; readCount: number; writeCount: number } | undefined;
  readonly #identity: ServerIdentity;
  readonly #ephemeral = Curve.generateKeyPair();

  constructor(identity: ServerIdentity) {
    this.#identity = identity;
    // The pattern's name has exactly 32 bytes, so it is the first hash as it stands.
    this.#hash = sha256(PATTERN, STREAM_HEADER);
  }

  get established(): boolean {
    return this.#transport !== undefined;
  }

  /** Takes the client's hello, and returns the server's. */
  readHello(frame: Uint8Array): Buffer {
    const ephemeral = proto.HandshakeMessage.decode(frame).clientHello?.ephemeral;
    if (ephemeral?.length !== 32) throw new Error('client hello without an ephemeral key');
    this.#clientEphemeral = Buffer.from(ephemeral);
    this.#authenticate(this.#clientEphemeral);
    this.#authenticate(this.#ephemeral.public);
    this.#mix(Curve.sharedKey(this.#ephemeral.private, this.#clientEphemeral));
    const staticSealed = this.#sealHandshake(this.#identity.staticKey.public);
    this.#mix(Curve.sharedKey(this.#identity.staticKey.private, this.#clientEphemeral));
    const payload = this.#sealHandshake(this.#identity.chain);
    const serverHello = { ephemeral: this.#ephemeral.public, static: staticSealed, payload };
    return Buffer.from(proto.HandshakeMessage.encode({ serverHello }).finish());
  }

  /** Takes the client's finish and switches to transport. */
  readFinish(frame: Uint8Array): ClientFinish {
    const finish = proto.HandshakeMessage.decode(frame).clientFinish;
    if (!finish?.static || !finish.payload) throw new Error('client finish without static key or payload');
    const noiseKey = this.#openHandshake(finish.static);
    if (noiseKey.length !== 32) throw new Error('client static key of a wrong length');
    this.#mix(Curve.sharedKey(this.#ephemeral.private, noiseKey));
    const payload = proto.ClientPayload.decode(this.#openHandshake(finish.payload));
    const [read, write] = this.#expand(NOTHING);
    this.#transport = { read, write, readCount: 0, writeCount: 0 };
    return { noiseKey, payload };
  }

  encrypt(plain: Uint8Array): Buffer {
    if (!this.#transport) throw new Error('encrypt before the handshake was over');
    return seal(this.#transport.write, this.#transport.writeCount++, plain, NOTHING);
  }

  decrypt(sealed: Uint8Array): Buffer {
    if (!this.#transport) throw new Error('decrypt before the handshake was over');
    return open(this.#transport.read, this.#transport.readCount++, sealed, NOTHING);
  }

  #authenticate(data: Uint8Array): void {
    this.#hash = sha256(this.#hash, data);
  }

  #expand(material: Uint8Array): [Buffer, Buffer] {
    const bytes = Buffer.from(hkdfSync('sha256', material, this.#salt, NOTHING, 64));
    return [bytes.subarray(0, 32), bytes.subarray(32)];
  }

  #mix(material: Uint8Array): void {
    [this.#salt, this.#key] = this.#expand(material);
    this.#counter = 0;
  }

  #sealHandshake(plain: Uint8Array): Buffer {
    const sealed = seal(this.#key, this.#counter++, plain, this.#hash);
    this.#authenticate(sealed);
    return sealed;
  }

  #openHandshake(sealed: Uint8Array): Buffer {
    const plain = open(this.#key, this.#counter++, sealed, this.#hash);
    this.#authenticate(sealed);
    return plain;
  }
}

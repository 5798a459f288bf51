import { createCipheriv, createDecipheriv, hkdfSync, pbkdf2, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { type BinaryNode, Curve } from '@whiskeysockets/baileys';
import type { Account } from './accounts.ts';
import { SimulatorError } from './errors.ts';
import { child, childBytes, node, Refusal, SERVER, unixSeconds } from './nodes.ts';
import type { Registration } from './registration.ts';

const ITERATIONS = 2 << 16;
/** 32 bytes of salt, 16 of IV, 32 of key. */
const WRAPPED_BYTES = 80;
/** 32 bytes of salt, 12 of IV, three sealed values of 32, 16 of tag. */
const BUNDLE_BYTES = 32 + 12 + 96 + 16;
const NOTHING = Buffer.alloc(0);

const deriveKey = promisify(pbkdf2);

const hkdf = (material: Buffer, salt: Buffer, info: string): Buffer =>
  Buffer.from(hkdfSync('sha256', material, salt, Buffer.from(info), 32));

/** A companion's wish to be linked by code: what it said in `companion_hello`, until a phone enters the code. */
export class CodePairing {
  readonly registration: Registration;
  readonly expiresAt: number;
  readonly #ref = randomBytes(16).toString('base64');
  readonly #wrappedEphemeral: Buffer;
  #finish: ((stanza: BinaryNode) => void) | undefined;

  constructor(registration: Registration, hello: BinaryNode, lifetimeMs: number) {
    const wrapped = childBytes(hello, 'link_code_pairing_wrapped_companion_ephemeral_pub');
    const noiseKey = childBytes(hello, 'companion_server_auth_key_pub');
    const isComplete =
      wrapped?.length === WRAPPED_BYTES &&
      noiseKey?.equals(registration.keys.noiseKey) === true &&
      child(hello, 'companion_platform_id') !== undefined &&
      child(hello, 'companion_platform_display') !== undefined;
    if (!isComplete) throw new Refusal(400, 'an incomplete hello');
    this.registration = registration;
    this.expiresAt = Date.now() + lifetimeMs;
    this.#wrappedEphemeral = wrapped;
  }

  /** The content of the reply to the hello. */
  get greeting(): BinaryNode[] {
    const ref = node('link_code_pairing_ref', {}, Buffer.from(this.#ref));
    return [node('link_code_companion_reg', { stage: 'companion_hello' }, [ref])];
  }

  /** The phone enters the code. Resolves to the secret that phone and companion share if it was the right one. */
  async enter(account: Account, code: string): Promise<Buffer> {
    const companionEphemeral = await unwrap(this.#wrappedEphemeral, code);
    const ephemeral = Curve.generateKeyPair();
    const { promise, resolve } = Promise.withResolvers<BinaryNode>();
    this.#finish = resolve;
    const attrs = {
      from: SERVER,
      id: this.registration.link.nextId(),
      type: 'link_code_companion_reg',
      t: unixSeconds(),
    };
    const wrapped = await wrap(Buffer.from(ephemeral.public), code);
    this.registration.link.send(
      node('notification', attrs, [
        node('link_code_companion_reg', { stage: 'primary_hello' }, [
          node('link_code_pairing_wrapped_primary_ephemeral_pub', {}, wrapped),
          node('primary_identity_pub', {}, Buffer.from(account.identity.public)),
          node('link_code_pairing_ref', {}, Buffer.from(this.#ref)),
        ]),
      ]),
    );
    const bundle = childBytes(await promise, 'link_code_pairing_wrapped_key_bundle') ?? NOTHING;
    return this.#openBundle(bundle, account, Curve.sharedKey(ephemeral.private, companionEphemeral));
  }

  /** Checks a `companion_finish`; the returned work hands it to the phone. */
  planFinish(stanza: BinaryNode): () => undefined {
    const finish = this.#finish;
    const isComplete =
      childBytes(stanza, 'link_code_pairing_wrapped_key_bundle')?.length === BUNDLE_BYTES &&
      childBytes(stanza, 'companion_identity_public')?.equals(this.registration.keys.identityKey) === true &&
      childBytes(stanza, 'link_code_pairing_ref')?.toString() === this.#ref;
    if (!finish || !isComplete) throw new Refusal(400, 'an incomplete finish, or of another pairing');
    return () => {
      finish(stanza);
      return undefined;
    };
  }

  #openBundle(bundle: Buffer, account: Account, ephemeralShared: Buffer): Buffer {
    const key = hkdf(ephemeralShared, bundle.subarray(0, 32), 'link_code_pairing_key_bundle_encryption_key');
    const decipher = createDecipheriv('aes-256-gcm', key, bundle.subarray(32, 44));
    decipher.setAuthTag(bundle.subarray(-16));
    let plain: Buffer;
    try {
      plain = Buffer.concat([decipher.update(bundle.subarray(44, -16)), decipher.final()]);
    } catch {
      // With another code, either side unwrapped another key: this is how a phone notices.
      throw new SimulatorError(403, 'code: not the code that the companion shows');
    }
    const { identityKey } = this.registration.keys;
    const isOurs = plain.subarray(0, 32).equals(identityKey) && plain.subarray(32, 64).equals(account.identity.public);
    if (!isOurs) throw new SimulatorError(409, 'the companion sealed the keys of others');
    const identityShared = Curve.sharedKey(account.identity.private, identityKey);
    return hkdf(Buffer.concat([ephemeralShared, identityShared, plain.subarray(64, 96)]), NOTHING, 'adv_secret');
  }
}

async function unwrap(wrapped: Buffer, code: string): Promise<Buffer> {
  const key = await deriveKey(code, wrapped.subarray(0, 32), ITERATIONS, 32, 'sha256');
  const decipher = createDecipheriv('aes-256-ctr', key, wrapped.subarray(32, 48));
  return Buffer.concat([decipher.update(wrapped.subarray(48)), decipher.final()]);
}

async function wrap(key: Buffer, code: string): Promise<Buffer> {
  const [salt, iv] = [randomBytes(32), randomBytes(16)];
  const cipher = createCipheriv('aes-256-ctr', await deriveKey(code, salt, ITERATIONS, 32, 'sha256'), iv);
  return Buffer.concat([salt, iv, cipher.update(key), cipher.final()]);
}

import { randomBytes } from 'node:crypto';
import type { BinaryNode, proto } from '@whiskeysockets/baileys';
import type { Account, Device } from './accounts.ts';
import { SimulatorError } from './errors.ts';
import type { Link } from './link.ts';
import { child, childBytes, isServer, node, SERVER, streamError, unixSeconds } from './nodes.ts';
import { isCountersigned, type SignedIdentity, type Signer, signCompanion } from './phone.ts';
import { verifySignature } from './signature.ts';

/** How long the refs of a QR live: the first one a minute, the others 20 s each, after one another. */
export interface RefLifetimes {
  readonly firstMs: number;
  readonly nextMs: number;
}

/** What the server tells a companion that is not linked yet. */
export interface CompanionNotification {
  /** `companion_reg_refresh` retires the companion's secret. */
  readonly type: string;
  /** The tag of its one child. */
  readonly child: string;
}

const REFS = 6;
const KEY_TYPE = 5;

/** What a companion says about itself when it registers. */
export interface CompanionKeys {
  readonly noiseKey: Buffer;
  readonly identityKey: Buffer;
  readonly registrationId: Buffer;
  readonly signedPreKey: Device['signedPreKey'];
}

/** Reads and verifies the registration payload. Undefined where it is incomplete or its signature is wrong. */
export function readCompanionKeys(noiseKey: Buffer, payload: proto.ClientPayload): CompanionKeys | undefined {
  const { eRegid, eKeytype, eIdent, eSkeyId, eSkeyVal, eSkeySig, deviceProps, buildHash } =
    payload.devicePairingData ?? {};
  if (!eRegid || !eIdent || !eSkeyId || !eSkeyVal || !eSkeySig || !deviceProps) return undefined;
  if (eKeytype?.[0] !== KEY_TYPE || buildHash?.length !== 16) return undefined;
  if (eRegid.length !== 4 || eIdent.length !== 32 || eSkeyId.length !== 3 || eSkeyVal.length !== 32) return undefined;
  const signedPreKey = { id: Buffer.from(eSkeyId), value: Buffer.from(eSkeyVal), signature: Buffer.from(eSkeySig) };
  if (!isSignedBy(eIdent, signedPreKey)) return undefined;
  return { noiseKey, identityKey: Buffer.from(eIdent), registrationId: Buffer.from(eRegid), signedPreKey };
}

/** Whether a signed pre-key carries the signature of this identity, over the key with its type in front. */
export function isSignedBy(identityKey: Uint8Array, key: Device['signedPreKey']): boolean {
  return verifySignature(identityKey, Buffer.concat([Buffer.from([KEY_TYPE]), key.value]), key.signature);
}

/** A link that has no account yet: it offers refs to scan, and becomes a device once the phone and it have signed. */
export class Registration {
  readonly keys: CompanionKeys;
  readonly link: Link;
  readonly #refs: { ref: string; expiresAt: number }[];
  readonly #retiredSecrets: Buffer[] = [];
  /** Notifications that the companion has not acknowledged, by id. */
  readonly #unacknowledged = new Map<string, { resolve: () => void; reject: (error: Error) => void; type: string }>();
  /** What the companion was sent to sign and has not answered, by id. */
  readonly #unsigned = new Map<string, PromiseWithResolvers<BinaryNode>>();

  constructor(link: Link, keys: CompanionKeys, lifetimes: RefLifetimes) {
    this.link = link;
    this.keys = keys;
    const now = Date.now();
    this.#refs = Array.from({ length: REFS }, (_, index) => ({
      ref: `2@${randomBytes(48).toString('base64')}`,
      expiresAt: now + lifetimes.firstMs + index * lifetimes.nextMs,
    }));
  }

  /** When the last ref has expired, in epoch milliseconds. */
  get expiresAt(): number {
    return this.#refs.at(-1)?.expiresAt ?? 0;
  }

  offerRefs(): void {
    const refs = this.#refs.map(({ ref }) => node('ref', {}, Buffer.from(ref)));
    const attrs = { from: SERVER, type: 'set', id: this.link.nextId(), xmlns: 'md' };
    this.link.send(node('iq', attrs, [node('pair-device', {}, refs)]));
  }

  hasLiveRef(ref: string): boolean {
    return this.#refs.some((each) => each.ref === ref && each.expiresAt > Date.now());
  }

  /** Sends a notification with one empty child. Resolves once the companion has acknowledged it. */
  notify({ type, child: tag }: CompanionNotification): Promise<void> {
    const id = this.link.nextId();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#unacknowledged.set(id, { resolve, reject, type });
    this.link.send(node('notification', { from: SERVER, type, id, t: unixSeconds() }, [node(tag)]));
    return promise;
  }

  acknowledge({ attrs }: BinaryNode): void {
    const { id = '', type, to } = attrs;
    const waiting = this.#unacknowledged.get(id);
    if (!waiting || attrs['class'] !== 'notification' || type !== waiting.type || !isServer(to)) return;
    this.#unacknowledged.delete(id);
    waiting.resolve();
  }

  /** From now on a QR with this secret links nothing. */
  retire(secret: Buffer): void {
    this.#retiredSecrets.push(secret);
  }

  isRetired(secret: Buffer): boolean {
    return this.#retiredSecrets.some((each) => each.equals(secret));
  }

  /**
   * Links this companion to an account. Resolves once the companion's signature is in and right; the companion is then
   * told to come back, unless `restarts` is false. Right behind the first signer's comes what `second` has signed.
   */
  async linkTo(
    signer: Signer,
    { restarts, second }: { restarts: boolean; second?: Signer | undefined },
  ): Promise<void> {
    if (this.#unsigned.size > 0) throw new SimulatorError(409, 'the companion is being linked already');
    if (this.link.ended) throw new SimulatorError(410, 'the companion has gone');
    const first = this.#sign(signer);
    // Whether it was linked all the same, the account's devices tell.
    if (second) this.#sign(second).catch(() => undefined);
    await first;
    // The device is paired: it has to come back, and log in.
    if (restarts) this.link.finish(streamError(515));
  }

  /** Takes the companion's answer to `pair-success`. */
  answer(stanza: BinaryNode): void {
    this.#unsigned.get(stanza.attrs['id'] ?? '')?.resolve(stanza);
  }

  leave(): void {
    for (const { reject } of this.#unsigned.values()) {
      reject(new SimulatorError(410, 'the companion hung up before it had signed'));
    }
    for (const { reject } of this.#unacknowledged.values()) reject(new SimulatorError(410, 'the companion hung up'));
  }

  async #sign(signer: Signer): Promise<void> {
    const { account } = signer;
    const deviceId = account.newDeviceId();
    const signed = signCompanion(signer, deviceId, this.keys.identityKey);
    const id = this.link.nextId();
    const unsigned = Promise.withResolvers<BinaryNode>();
    this.#unsigned.set(id, unsigned);
    this.link.send(pairSuccess(id, account, deviceId, signed));
    try {
      this.#verify(await unsigned.promise, account, signed);
      account.devices.set(deviceId, newDevice(deviceId, this.keys, account.initialPreKeys));
    } finally {
      this.#unsigned.delete(id);
    }
  }

  #verify(answer: BinaryNode, account: Account, signed: SignedIdentity): void {
    if (answer.attrs['type'] === 'error') {
      const { code, text } = child(answer, 'error')?.attrs ?? {};
      throw new SimulatorError(409, `the companion refused: ${code} ${text}`);
    }
    const proof = child(answer, 'pair-device-sign');
    const bytes = childBytes(proof, 'device-identity');
    const keyIndex = child(proof, 'device-identity')?.attrs['key-index'];
    const isRight =
      answer.attrs['type'] === 'result' &&
      keyIndex === String(signed.keyIndex) &&
      bytes !== undefined &&
      isCountersigned(signed, account, this.keys.identityKey, bytes);
    if (isRight) return;
    this.link.finish(streamError(401));
    throw new SimulatorError(409, 'the companion did not sign its identity');
  }
}

export function pairSuccess(id: string, account: Account, deviceId: number, signed: SignedIdentity): BinaryNode {
  return node('iq', { from: SERVER, type: 'set', id, xmlns: 'md', t: unixSeconds() }, [
    node('pair-success', {}, [
      node('device-identity', {}, signed.encoded),
      node('device', { jid: account.deviceJid(deviceId), ...account.deviceLid(deviceId) }),
      node('platform', { name: 'android' }),
    ]),
  ]);
}

export function newDevice(id: number, keys: CompanionKeys, preKeys: number): Device {
  return { ...keys, id, preKeys, dirtySince: undefined, link: undefined, active: false };
}

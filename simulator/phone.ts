import { createHmac, randomInt } from 'node:crypto';
import { Curve, proto } from '@whiskeysockets/baileys';
import type { Account } from './accounts.ts';
import { verifySignature } from './signature.ts';

const ACCOUNT_SIGNATURE = Buffer.from([6, 0]);
const DEVICE_SIGNATURE = Buffer.from([6, 1]);

/** A companion's identity as the phone signed it, kept to check what the companion sends back. */
export interface SignedIdentity {
  readonly details: Buffer;
  readonly accountSignature: Buffer;
  readonly keyIndex: number;
  /** `ADVSignedDeviceIdentityHMAC`, to be sent in `pair-success`. */
  readonly encoded: Buffer;
}

/** Who signs a companion. */
export interface Signer {
  readonly account: Account;
  /** Signs the companion's identity; the account's own private key but for a forger. */
  readonly signingKey: Uint8Array;
  /** What was in the QR, or came of the code. */
  readonly advSecret: Buffer;
}

/** Signs a companion's identity key as the phone does; the HMAC proves that the phone saw the companion's secret. */
export function signCompanion(
  { account, signingKey, advSecret }: Signer,
  deviceId: number,
  companionKey: Buffer,
): SignedIdentity {
  const details = Buffer.from(
    proto.ADVDeviceIdentity.encode({
      rawId: randomInt(1, 2 ** 31),
      timestamp: Math.floor(Date.now() / 1000),
      keyIndex: deviceId,
      accountType: proto.ADVEncryptionType.E2EE,
      deviceType: proto.ADVEncryptionType.E2EE,
    }).finish(),
  );
  const { identity } = account;
  const message = Buffer.concat([ACCOUNT_SIGNATURE, details, companionKey]);
  const accountSignature = Buffer.from(Curve.sign(signingKey, message));
  const signed = proto.ADVSignedDeviceIdentity.encode({
    details,
    accountSignatureKey: identity.public,
    accountSignature,
  }).finish();
  const hmac = createHmac('sha256', advSecret).update(signed).digest();
  const encoded = Buffer.from(proto.ADVSignedDeviceIdentityHMAC.encode({ details: signed, hmac }).finish());
  return { details, accountSignature, keyIndex: deviceId, encoded };
}

/** Whether a `pair-device-sign` returns what the phone signed, together with the companion's own signature. */
export function isCountersigned(
  signed: SignedIdentity,
  account: Account,
  companionKey: Buffer,
  answer: Buffer,
): boolean {
  const identity = proto.ADVSignedDeviceIdentity.decode(answer);
  if (!identity.details || !identity.accountSignature || !identity.deviceSignature) return false;
  if (!signed.details.equals(identity.details) || !signed.accountSignature.equals(identity.accountSignature))
    return false;
  const message = Buffer.concat([DEVICE_SIGNATURE, signed.details, companionKey, account.identity.public]);
  return verifySignature(companionKey, message, identity.deviceSignature);
}

import { type AuthenticationCreds, configureSuccessfulPairing, initAuthCreds, proto } from '@whiskeysockets/baileys';
import type { Account } from './accounts.ts';
import { child, childBytes } from './nodes.ts';
import { isCountersigned, signCompanion } from './phone.ts';
import { newDevice, pairSuccess } from './registration.ts';

/**
 * Links a new device as scanning a QR does, but without the wire: for tests that need many. Returns the credentials
 * that the companion has then.
 */
export function linkDevice(account: Account): AuthenticationCreds {
  const creds = initAuthCreds();
  const { signedIdentityKey, signedPreKey, noiseKey, registrationId } = creds;
  const identityKey = Buffer.from(signedIdentityKey.public);
  const deviceId = account.newDeviceId();
  const advSecret = Buffer.from(creds.advSecretKey, 'base64');
  const signer = { account, signingKey: account.identity.private, advSecret };
  const signed = signCompanion(signer, deviceId, identityKey);
  const { reply, creds: paired } = configureSuccessfulPairing(pairSuccess('pair', account, deviceId, signed), creds);
  const answer = childBytes(child(reply, 'pair-device-sign'), 'device-identity');
  if (!answer || !isCountersigned(signed, account, identityKey, answer)) throw new Error('the companion did not sign');
  const keys = {
    noiseKey: Buffer.from(noiseKey.public),
    identityKey,
    registrationId: bigEndian(registrationId, 4),
    signedPreKey: {
      id: bigEndian(signedPreKey.keyId, 3),
      value: Buffer.from(signedPreKey.keyPair.public),
      signature: Buffer.from(signedPreKey.signature),
    },
  };
  account.devices.set(deviceId, newDevice(deviceId, keys, account.initialPreKeys));
  return { ...creds, ...paired, account: proto.ADVSignedDeviceIdentity.fromObject(paired.account ?? {}) };
}

function bigEndian(value: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  bytes.writeUIntBE(value, 0, length);
  return bytes;
}

import { Curve, proto } from '@whiskeysockets/baileys';

type KeyPair = ReturnType<typeof Curve.generateKeyPair>;

/** The server's long-term noise key, and the chain that vouches for it up to a root of its own. */
export interface ServerIdentity {
  readonly rootKey: Buffer<ArrayBuffer>;
  readonly rootSerial: number;
  readonly staticKey: KeyPair;
  /** An encoded `CertChain`: leaf (over the static key) and intermediate (over the leaf's issuer). */
  readonly chain: Buffer;
}

const VALID_SECONDS = 365 * 24 * 3600;

/** Issues root → intermediate → leaf, the three levels of the real server, with a root made for this run. */
export function issueServerIdentity(rootSerial = 0): ServerIdentity {
  const root = Curve.generateKeyPair();
  const intermediate = Curve.generateKeyPair();
  const staticKey = Curve.generateKeyPair();
  const chain = proto.CertChain.encode({
    intermediate: certificate({ serial: 1, issuerSerial: rootSerial, key: intermediate.public, signer: root }),
    leaf: certificate({ serial: 2, issuerSerial: 1, key: staticKey.public, signer: intermediate }),
  }).finish();
  return { rootKey: Buffer.from(root.public), rootSerial, staticKey, chain: Buffer.from(chain) };
}

function certificate(of: { serial: number; issuerSerial: number; key: Uint8Array; signer: KeyPair }) {
  const now = Math.floor(Date.now() / 1000);
  const details = proto.CertChain.NoiseCertificate.Details.encode({
    serial: of.serial,
    issuerSerial: of.issuerSerial,
    key: of.key,
    notBefore: now - 3600,
    notAfter: now + VALID_SECONDS,
  }).finish();
  return { details, signature: Curve.sign(of.signer.private, details) };
}

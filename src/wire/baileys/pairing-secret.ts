import { randomBytes } from 'node:crypto';
import type { AuthenticationCreds } from '@whiskeysockets/baileys';
import { childOf, type Stanza } from '../stanza.ts';

const REFRESHES = ['companion_reg_refresh', 'pair-device-rotate-qr'] as const;

/** Where a QR has its secret: ref, noise key, identity key, secret, platform. */
const SECRET_PART = 3;

/** Whether WhatsApp retires the secret of the QR on show: a phone that scans it from now on links nothing. */
export function isSecretRefresh(stanza: Stanza): boolean {
  return stanza.attrs['type'] === 'companion_reg_refresh' && REFRESHES.some((tag) => childOf(stanza, tag));
}

/** The QRs of one pairing. Baileys draws all of them with the secret that it had when the first one came. */
export class PairingSecret {
  readonly #creds: AuthenticationCreds;
  #shown: string | undefined;

  constructor(creds: AuthenticationCreds) {
    this.#creds = creds;
  }

  /** A QR of Baileys', with the secret that holds now. */
  draw(qr: string): string {
    this.#shown = qr;
    return qr
      .split(',')
      .map((part, index) => (index === SECRET_PART ? this.#creds.advSecretKey : part))
      .join(',');
  }

  /** Takes a new secret; the QR on show with it, where there is one. A pairing by code makes its own secret. */
  renew(): string | undefined {
    if (this.#creds.me !== undefined) return undefined;
    this.#creds.advSecretKey = randomBytes(32).toString('base64');
    return this.#shown === undefined ? undefined : this.draw(this.#shown);
  }
}

import { randomInt } from 'node:crypto';
import { Curve } from '@whiskeysockets/baileys';
import type { Link } from './link.ts';
import { DEFAULT_PRIVACY, type Snapshot } from './privacy.ts';
import { StanzaLog } from './stanza-log.ts';

/** A linked device. It can log in with the noise key it was paired with, and with no other. */
export interface Device {
  readonly id: number;
  readonly noiseKey: Buffer;
  readonly identityKey: Buffer;
  /** What the server holds of its key bundle: enough for count and digest. */
  registrationId: Buffer;
  signedPreKey: { id: Buffer; value: Buffer; signature: Buffer };
  preKeys: number;
  /** Seconds of a change that the device was not told of, because it was not connected. */
  dirtySince: string | undefined;
  link: Link | undefined;
  /** After `<passive><active/>`: only then notifications are pushed. */
  active: boolean;
}

export interface AccountOptions {
  /** The snapshot instead of the default one. */
  readonly privacy?: Readonly<Record<string, string>>;
  /**
   * How many pre-keys a device that is new is said to have: 0 by default, which makes Baileys upload 812. With 30 it
   * uploads none.
   */
  readonly preKeys?: number;
}

/** A WhatsApp account: the phone, the devices linked to it, and what the server keeps for it. */
export class Account {
  readonly phoneNumber: string;
  readonly lid: string;
  readonly privacy: Snapshot;
  readonly log = new StanzaLog();
  readonly devices = new Map<number, Device>();
  /** When its devices logged in, in epoch milliseconds. */
  readonly logins: number[] = [];
  /** How many pre-keys the server claims to have of a device that is new. */
  readonly initialPreKeys: number;
  disappearingSeconds = 0;
  #identity: ReturnType<typeof Curve.generateKeyPair> | undefined;
  #lastDeviceId = 0;

  constructor(phoneNumber: string, { privacy = DEFAULT_PRIVACY, preKeys = 0 }: AccountOptions = {}) {
    this.phoneNumber = phoneNumber;
    this.initialPreKeys = preKeys;
    this.lid = digits(14);
    this.privacy = new Map(Object.entries(privacy));
  }

  /** The phone's identity key, which signs its linked devices. */
  get identity(): ReturnType<typeof Curve.generateKeyPair> {
    return (this.#identity ??= Curve.generateKeyPair());
  }

  get jid(): string {
    return `${this.phoneNumber}@s.whatsapp.net`;
  }

  deviceJid(id: number): string {
    return `${this.phoneNumber}:${id}@s.whatsapp.net`;
  }

  deviceLid(id: number): string {
    return `${this.lid}:${id}@lid`;
  }

  /** Device ids are never used twice. */
  newDeviceId(): number {
    return ++this.#lastDeviceId;
  }

  /** The links of its devices that are logged in. */
  get links(): Link[] {
    return [...this.devices.values()].flatMap(({ link }) => (link && !link.ended ? [link] : []));
  }
}

export class Accounts {
  readonly #byPhone = new Map<string, Account>();

  get(phoneNumber: string): Account | undefined {
    return this.#byPhone.get(phoneNumber);
  }

  byJid(jid: string): Account | undefined {
    const [user, server] = jid.split('@');
    if (server === 's.whatsapp.net') return this.#byPhone.get(user?.split(':')[0] ?? '');
    if (server !== 'lid') return undefined;
    return [...this.#byPhone.values()].find(({ lid }) => lid === user?.split(':')[0]);
  }

  create(phoneNumber: string, options?: AccountOptions): Account {
    const account = new Account(phoneNumber, options);
    this.#byPhone.set(phoneNumber, account);
    return account;
  }

  getOrCreate(phoneNumber: string): Account {
    return this.get(phoneNumber) ?? this.create(phoneNumber);
  }

  /** A phone number that no account has. */
  unusedPhoneNumber(): string {
    for (;;) {
      const phoneNumber = `1${randomInt(200, 1000)}555${digits(4)}`;
      if (!this.#byPhone.has(phoneNumber)) return phoneNumber;
    }
  }
}

const digits = (count: number): string => String(randomInt(10 ** (count - 1), 10 ** count));

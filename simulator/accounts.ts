import { randomInt } from 'node:crypto';
import { Curve } from '@whiskeysockets/baileys';
import { Blocklist } from './blocklist.ts';
import type { Link } from './link.ts';
import { type People, type Person, phoneJid } from './people.ts';
import { PrivacyState } from './privacy-state.ts';
import { DEFAULT_PRIVACY } from './privacy.ts';
import { StanzaLog } from './stanza-log.ts';
import { Timer } from './timer.ts';

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
  /** Whether the account has a LID, which it has by default. One without is known by its phone number alone. */
  readonly lid?: boolean;
}

/** A WhatsApp account: the phone, the devices linked to it, and what the server keeps for it. */
export class Account implements Person {
  readonly phoneNumber: string;
  /** Digits. */
  readonly lid: string | undefined;
  readonly privacy: PrivacyState;
  readonly log = new StanzaLog();
  readonly devices = new Map<number, Device>();
  /** When its devices logged in, in epoch milliseconds. */
  readonly logins: number[] = [];
  /** How many pre-keys the server claims to have of a device that is new. */
  readonly initialPreKeys: number;
  readonly blocklist = new Blocklist();
  readonly timer = new Timer();
  #identity: ReturnType<typeof Curve.generateKeyPair> | undefined;
  #lastDeviceId = 0;

  constructor(
    phoneNumber: string,
    lid: string | undefined,
    { privacy = DEFAULT_PRIVACY, preKeys = 0 }: AccountOptions = {},
  ) {
    this.phoneNumber = phoneNumber;
    this.initialPreKeys = preKeys;
    this.lid = lid;
    this.privacy = new PrivacyState(Object.entries(privacy));
  }

  /** The phone's identity key, which signs its linked devices. */
  get identity(): ReturnType<typeof Curve.generateKeyPair> {
    return (this.#identity ??= Curve.generateKeyPair());
  }

  get jid(): string {
    return phoneJid(this.phoneNumber);
  }

  deviceJid(id: number): string {
    return `${this.phoneNumber}:${id}@s.whatsapp.net`;
  }

  /** The attribute that tells a device its LID; none where the account has no LID. */
  deviceLid(id: number): { lid?: string } {
    return this.lid === undefined ? {} : { lid: `${this.lid}:${id}@lid` };
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

export interface ContactOptions {
  /** Whether these have a LID, which they have by default. */
  readonly lid?: boolean;
  /** Whether lists name them by LID alone. */
  readonly hidden?: boolean;
}

/** Everybody on WhatsApp: accounts, and people who are in this world only to be named by others. */
export class Accounts implements People {
  /** What the server claims to have of a new device whose account does not say. */
  preKeys = 0;
  readonly #byPhone = new Map<string, Account>();
  readonly #contacts = new Map<string, Person>();
  readonly #phoneByLid = new Map<string, string>();

  account(phoneNumber: string): Account | undefined {
    return this.#byPhone.get(phoneNumber);
  }

  get(phoneNumber: string): Person | undefined {
    return this.#byPhone.get(phoneNumber) ?? this.#contacts.get(phoneNumber);
  }

  byJid(jid: string): Person | undefined {
    const [user = '', server] = jid.split('@');
    const [name = ''] = user.split(':');
    if (server === 's.whatsapp.net') return this.get(name);
    return server === 'lid' ? this.get(this.#phoneByLid.get(name) ?? '') : undefined;
  }

  create(phoneNumber: string, options: AccountOptions = {}): Account {
    const account = new Account(phoneNumber, this.#lidOf(phoneNumber, options), { preKeys: this.preKeys, ...options });
    this.#byPhone.set(phoneNumber, account);
    return account;
  }

  getOrCreate(phoneNumber: string): Account {
    return this.account(phoneNumber) ?? this.create(phoneNumber);
  }

  createContact(phoneNumber: string, options: ContactOptions = {}): Person {
    const person = { phoneNumber, lid: this.#lidOf(phoneNumber, options), hidden: options.hidden ?? false };
    this.#contacts.set(phoneNumber, person);
    return person;
  }

  /** A phone number that nobody has. */
  unusedPhoneNumber(): string {
    for (;;) {
      const phoneNumber = `1${randomInt(200, 1000)}555${digits(4)}`;
      if (!this.get(phoneNumber)) return phoneNumber;
    }
  }

  /** Who was a contact before keeps the LID. */
  #lidOf(phoneNumber: string, { lid: has = true }: { readonly lid?: boolean }): string | undefined {
    if (!has) return undefined;
    const known = this.get(phoneNumber)?.lid;
    if (known !== undefined) return known;
    let lid = digits(14);
    while (this.#phoneByLid.has(lid)) lid = digits(14);
    this.#phoneByLid.set(lid, phoneNumber);
    return lid;
  }
}

const digits = (count: number): string => String(randomInt(10 ** (count - 1), 10 ** count));

import { randomBytes } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { type BinaryNode, Curve } from '@whiskeysockets/baileys';
import type { Account, Accounts } from './accounts.ts';
import { parsePhoneNumber, SimulatorError, withDeadline } from './errors.ts';
import type { Faults, LinkingFault } from './faults.ts';
import type { Plan } from './iq.ts';
import type { Link } from './link.ts';
import { child, iqError, isServer, Refusal } from './nodes.ts';
import { CodePairing } from './pairing-code.ts';
import type { Signer } from './phone.ts';
import { type CompanionKeys, type CompanionNotification, type RefLifetimes, Registration } from './registration.ts';
import { answer, isRequest } from './session.ts';

export interface LobbyOptions {
  readonly refs: RefLifetimes;
  /** How long a pairing code can be entered. */
  readonly codeMs: number;
}

/** Within this time a companion has to sign, once it is scanned or its code entered. */
const LINKING_MS = 10_000;
/** How long a phone that enters a code waits for the companion's hello to arrive. */
const HELLO_MS = 1_000;
const POLL_MS = 10;
/** After the last ref a companion is expected to hang up by itself. */
const LINGER_MS = 60_000;

/** Companions that have registered and wait to be linked, by QR or by code. */
export class Lobby {
  readonly #registrations = new Map<Link, Registration>();
  readonly #codes = new Map<string, CodePairing>();
  readonly #accounts: Accounts;
  readonly #faults: Faults;
  readonly #options: LobbyOptions;

  constructor(accounts: Accounts, faults: Faults, options: LobbyOptions) {
    this.#accounts = accounts;
    this.#faults = faults;
    this.#options = options;
  }

  enter(link: Link, keys: CompanionKeys): void {
    const registration = new Registration(link, keys, this.#options.refs);
    this.#registrations.set(link, registration);
    registration.offerRefs();
    link.later(registration.expiresAt + LINGER_MS - Date.now(), () => link.endStream());
  }

  leave(link: Link): void {
    const registration = this.#registrations.get(link);
    if (!registration) return;
    this.#registrations.delete(link);
    for (const [phoneNumber, pairing] of this.#codes) {
      if (pairing.registration === registration) this.#codes.delete(phoneNumber);
    }
    registration.leave();
  }

  /** A phone scans a QR. Resolves to its number once the companion counts as linked. */
  async scan(qr: string, phoneNumber?: string): Promise<string> {
    const { registration, advSecret } = this.#readQr(qr);
    if (registration.isRetired(advSecret)) throw new SimulatorError(410, 'qr: its secret is retired');
    const phone = phoneNumber === undefined ? this.#accounts.unusedPhoneNumber() : parsePhoneNumber(phoneNumber);
    const account = this.#accounts.getOrCreate(phone);
    await withDeadline(this.#link(registration, account, advSecret), LINKING_MS, 'linking');
    return phone;
  }

  /**
   * Notifies the companion that shows this QR, or a code for this phone number; resolves once it has acknowledged
   * that. A `companion_reg_refresh` retires the secret of the QR: who scans it from then on links nothing.
   */
  async notifyCompanion(shown: string, notification: CompanionNotification): Promise<void> {
    const byCode = this.#codes.get(shown)?.registration;
    const { registration, advSecret } = byCode ? { registration: byCode, advSecret: undefined } : this.#readQr(shown);
    if (advSecret && notification.type === 'companion_reg_refresh') registration.retire(advSecret);
    await withDeadline(registration.notify(notification), LINKING_MS, 'acknowledging');
  }

  /** The numbers whose phones ask for a code now, the longest first. */
  get asked(): string[] {
    return [...this.#codes].filter(([, { expiresAt }]) => expiresAt > Date.now()).map(([phoneNumber]) => phoneNumber);
  }

  /** A phone enters the code that a companion shows for its number. Resolves once the companion counts as linked. */
  async enterCode(phoneNumber: string, code: string): Promise<void> {
    const phone = parsePhoneNumber(phoneNumber);
    const text = code.replace('-', '').toUpperCase();
    if (!/^[0-9A-Z]{8}$/.test(text)) throw new SimulatorError(400, 'code: expected 8 letters and digits');
    const pairing = await this.#awaitHello(phone);
    if (!pairing) throw new SimulatorError(404, 'phoneNumber: no companion waits for a code of this number');
    if (pairing.expiresAt <= Date.now()) throw new SimulatorError(410, 'code: expired');
    const account = this.#accounts.getOrCreate(phone);
    const linking = pairing.enter(account, text).then((secret) => this.#link(pairing.registration, account, secret));
    await withDeadline(linking, LINKING_MS, 'linking');
  }

  /** The phone signs the companion, or somebody else does who would pass for it. */
  #link(registration: Registration, account: Account, secret: Buffer): Promise<void> {
    const strikes = (fault: LinkingFault): boolean => this.#faults.forLinking(fault, account.phoneNumber);
    const phone: Signer = { account, signingKey: account.identity.private, advSecret: secret };
    const signer: Signer = {
      account,
      signingKey: strikes('forge-signature') ? Curve.generateKeyPair().private : phone.signingKey,
      advSecret: strikes('forge-hmac') ? randomBytes(32) : secret,
    };
    return registration.linkTo(signer, {
      restarts: !strikes('no-restart'),
      second: strikes('link-again') ? phone : undefined,
    });
  }

  /** A program may enter the code before the hello has arrived, which no human could. */
  async #awaitHello(phone: string): Promise<CodePairing | undefined> {
    const deadline = Date.now() + HELLO_MS;
    while (!this.#codes.has(phone) && Date.now() < deadline) await setTimeout(POLL_MS);
    return this.#codes.get(phone);
  }

  take(link: Link, stanza: BinaryNode): void {
    const registration = this.#registrations.get(link);
    if (!registration) return;
    if (stanza.tag === 'iq' && !isRequest(stanza)) return registration.answer(stanza);
    if (stanza.tag === 'ack') return registration.acknowledge(stanza);
    if (!isRequest(stanza)) return;
    const fault = this.#faults.forStanza(stanza, this.#phoneNumberOf(stanza));
    try {
      answer(stanza, this.#plan(registration, stanza), { link }, fault);
    } catch (error) {
      link.send(iqError(stanza, error instanceof Refusal ? error.code : 500));
    }
  }

  #plan(registration: Registration, stanza: BinaryNode): Plan {
    const { xmlns, type, to } = stanza.attrs;
    if (!isServer(to)) throw new Refusal(400, 'not to the server');
    if (xmlns === 'w:p' && type === 'get') return { work: () => undefined };
    const request = child(stanza, 'link_code_companion_reg');
    if (xmlns !== 'md' || type !== 'set' || !request) throw new Refusal(401, 'not before it is linked');
    const phoneNumber = /^(\d{6,15})@s\.whatsapp\.net$/.exec(request.attrs['jid'] ?? '')?.[1];
    if (phoneNumber === undefined) throw new Refusal(400, 'jid');
    if (request.attrs['stage'] === 'companion_finish') {
      const pairing = this.#codes.get(phoneNumber);
      if (pairing?.registration !== registration) throw new Refusal(404, 'no hello came before');
      return { work: pairing.planFinish(request) };
    }
    if (request.attrs['stage'] !== 'companion_hello') throw new Refusal(400, 'stage');
    const pairing = new CodePairing(registration, request, this.#options.codeMs);
    return {
      work: () => {
        this.#codes.set(phoneNumber, pairing);
        return pairing.greeting;
      },
    };
  }

  #phoneNumberOf(stanza: BinaryNode): string | undefined {
    return this.#accounts.byJid(child(stanza, 'link_code_companion_reg')?.attrs['jid'] ?? '')?.phoneNumber;
  }

  #readQr(qr: string): { registration: Registration; advSecret: Buffer } {
    const [ref, noiseKey, identityKey, secret] = qr.slice(qr.indexOf('#') + 1).split(',');
    const advSecret = Buffer.from(secret ?? '', 'base64');
    if (!ref || !noiseKey || !identityKey || advSecret.length !== 32) {
      throw new SimulatorError(400, 'qr: expected ref, noise key, identity key and secret');
    }
    const registration = [...this.#registrations.values()].find((each) => each.hasLiveRef(ref));
    if (!registration) throw new SimulatorError(410, 'qr: the ref has expired or was never given out');
    const { keys } = registration;
    const isSame =
      keys.noiseKey.equals(Buffer.from(noiseKey, 'base64')) &&
      keys.identityKey.equals(Buffer.from(identityKey, 'base64'));
    if (!isSame) throw new SimulatorError(400, 'qr: the keys are not those of the companion that was given the ref');
    return { registration, advSecret };
  }
}

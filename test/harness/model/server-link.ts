import type { Clock } from '../../../src/clock.ts';
import type { CloseEvidence } from '../../../src/wire/link.ts';
import type { Stanza } from '../../../src/wire/stanza.ts';
import type { Random } from '../random.ts';
import type { LinkTrace, Trace } from '../trace.ts';
import type { Account, Device } from './account.ts';
import { REMOVED, takeLoginFault, type Ending, type LoginStage } from './faults.ts';
import type { Client, Down, Up } from './frames.ts';
import { Pipe } from './pipe.ts';
import { answerIq, errorTo, resultTo } from './privacy-iq.ts';

const REPLACED: CloseEvidence = { kind: 'stream_error', code: undefined, child: 'conflict', conflict: 'replaced' };
const RESTART: CloseEvidence = { kind: 'stream_error', code: 515, child: undefined, conflict: undefined };
const UNKNOWN_DEVICE: CloseEvidence = { kind: 'failure', reason: 401, expiresInS: undefined };

/** One link in so many is not restarted once its device was paired. */
const UNRESTARTED = 16;
const KICKED_AFTER_MS = 2_000;
const SLOWEST_MS = 3_000;
/** So long after the last frame that was on its way a deaf link is found out. */
const DEAF_MS = 30_000;

/** WhatsApp's end of one connection. Work that was put off dies with it. */
export class ServerLink {
  readonly trace: LinkTrace;
  device: Device | undefined;
  readonly #account: Account;
  readonly #client: Client;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #log: Trace;
  readonly #up: Pipe;
  readonly #down: Pipe;
  readonly #timers = new Set<Disposable>();
  #ended = false;
  #deaf = false;

  constructor(account: Account, client: Client, link: LinkTrace, clock: Clock, random: Random, log: Trace) {
    this.trace = link;
    this.#account = account;
    this.#client = client;
    this.#clock = clock;
    this.#random = random;
    this.#log = log;
    const latency = (): number => {
      const base = account.latencyMs;
      return random.chance(0.03) ? Math.min(base * 8, SLOWEST_MS) : random.int(Math.ceil(base / 2), base);
    };
    this.#up = new Pipe(clock, latency);
    this.#down = new Pipe(clock, latency);
    this.later(latency(), () => this.#reach('hello', () => this.send({ kind: 'hello' })));
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Nothing is on its way, in either direction, and nothing was put off. */
  get idle(): boolean {
    return !this.#deaf && this.#up.idle && this.#down.idle && this.#timers.size === 0;
  }

  later(ms: number, run: () => void): void {
    const timer = this.#clock.after(ms, () => {
      this.#timers.delete(timer);
      if (!this.#ended && !this.#deaf) run();
    });
    this.#timers.add(timer);
  }

  send(frame: Down): void {
    if (this.#ended || this.#deaf) return;
    this.#down.push(() => {
      this.#account.touch();
      if (frame.kind === 'announcement' && this.device) this.device.told = Math.max(this.device.told, frame.upTo);
      this.#client.deliver(frame);
    });
  }

  /** A frame of the service sets out. */
  push(frame: Up): void {
    this.#up.push(() => {
      if (!this.#ended && !this.#deaf) this.#take(frame);
    });
  }

  /** Whoever hears a ping answers it; it is no work of the account's. */
  ping({ attrs: { id = '' } }: Stanza): void {
    const reply: Down = { kind: 'reply', stanza: { tag: 'iq', attrs: { type: 'result', id } } };
    const answer = (): void => this.#down.push(() => this.#client.deliver(reply));
    this.#up.push(() => !this.#ended && !this.#deaf && answer());
  }

  announce(upTo: number): void {
    if (this.device?.active) this.send({ kind: 'announcement', upTo });
  }

  sendKeys(): void {
    if (!this.device?.active) return;
    this.device.sentKeys += 1;
    this.send({ kind: 'keys', keys: this.device.sentKeys });
  }

  /** The service ended the connection; what it sent last arrives, or not. */
  clientGone(): void {
    if (this.#random.chance(0.5)) this.#up.clear();
    this.#up.push(() => this.#leave());
    this.#down.clear();
  }

  end(ending: Ending): void {
    if (this.#ended) return;
    this.#log.note(this.#account.slot, `WhatsApp ends link ${this.trace.n}: ${JSON.stringify(ending)}`);
    switch (ending.how) {
      case 'deaf':
        this.#deaf = true;
        this.#clock.after(DEAF_MS + SLOWEST_MS, () => {
          const text = (): string => `link ${this.trace.n}`;
          this.#log.expect(this.trace.gone || this.trace.isDead, 'a deaf link is given up within 30 s', text);
        });
        return;
      case 'cut':
        this.#down.clear();
        this.#hangUp();
        return;
      case 'fin':
        this.#hangUp();
        return;
      case 'handshake':
        this.#down.push(() => this.#client.closing(ending.evidence));
        this.#leave();
        return;
      case 'word':
        this.send({ kind: 'last_word', evidence: ending.evidence });
        this.#hangUp();
    }
  }

  /** The phone no longer lists the device. */
  forgetDevice(): undefined {
    if (!this.device) return;
    this.#account.devices.delete(this.device.id);
    this.#log.note(this.#account.slot, `the phone no longer lists device ${this.device.id}`);
    // Whoever is unlinked is not left connected, whether or not its request is answered.
    this.later(KICKED_AFTER_MS, () => this.end({ how: 'word', evidence: REMOVED }));
  }

  /** The phone accepts this device. */
  pairWith(device: Device): void {
    this.device = device;
    const { phoneNumber, lid } = this.#account;
    this.send({ kind: 'pair_success', identity: { phoneNumber, lid, device: device.id, secret: device.secret } });
  }

  #hangUp(): void {
    this.#down.push(() => this.#client.closed());
    this.#leave();
  }

  #leave(): void {
    this.#ended = true;
    this.#up.clear();
    for (const timer of this.#timers) timer[Symbol.dispose]();
    this.#timers.clear();
    this.#account.touch();
    if (this.device?.link !== this) return;
    this.device.link = undefined;
    this.device.active = false;
  }

  #reach(at: LoginStage, go: () => void, refuse?: (code: number) => void): void {
    const fault = takeLoginFault(this.#account.loginFaults, at);
    if (!fault) return go();
    this.#log.note(this.#account.slot, `fault at ${at}: ${JSON.stringify(fault)}`);
    if (fault.do === 'silence') return;
    if (fault.do === 'refuse') return refuse?.(fault.code);
    this.end(fault.do === 'close' ? { how: 'fin' } : { how: 'word', evidence: fault.evidence });
  }

  #take(frame: Up): void {
    this.#account.touch();
    switch (frame.kind) {
      case 'register':
        return this.#reach('login', () => this.send({ kind: 'registration' }));
      case 'ask_code':
        return this.#answerCode(frame.id);
      case 'paired':
        return this.#paired();
      case 'login':
        return this.#reach('login', () => this.#logIn(frame));
      case 'keys_stored':
        if (this.device) this.device.storedKeys = Math.max(this.device.storedKeys, frame.keys);
        return;
      case 'iq':
        return answerIq(this, this.#account, frame.stanza, frame.request, this.#log);
    }
  }

  /** The code is the device's own; with the answer it can be typed. */
  #answerCode(id: string): void {
    const confirm = (): void => {
      this.trace.codeConfirmed = true;
      this.send({ kind: 'reply', stanza: resultTo(id) });
    };
    this.#reach('code', confirm, (code) => this.send({ kind: 'reply', stanza: errorTo(id, code) }));
  }

  #paired(): void {
    const { device } = this;
    if (!device) return;
    device.linked = true;
    this.#log.note(this.#account.slot, `the phone lists device ${device.id}`);
    // One in so many waits for that in vain.
    if (this.trace.n % UNRESTARTED === 0) return;
    this.later(this.#random.int(0, 200), () => this.end({ how: 'word', evidence: RESTART }));
  }

  #logIn({ identity, storedKeys }: Extract<Up, { kind: 'login' }>): void {
    // A login that overtakes the one after it, from a connection that is closed already, is left out of this model.
    if (this.trace.gone) return;
    const device = this.#account.devices.get(identity.device);
    if (!device || !device.linked || device.secret !== identity.secret) {
      return this.end({ how: 'word', evidence: UNKNOWN_DEVICE });
    }
    const other = device.link;
    if (other) {
      const text = (): string => `link ${this.trace.n} logged in while link ${other.trace.n} was still in use`;
      // A node that stands still, or is cut off, has its link for as long as nobody else logs in.
      const isSucceeded = (this.trace.epoch ?? 0) > (other.trace.epoch ?? 0);
      this.#log.expect(other.trace.gone || isSucceeded, 'one live login', text);
      other.end({ how: 'word', evidence: REPLACED });
    }
    const kept = (): string => `device ${device.id} acknowledged keys ${device.storedKeys} and has ${storedKeys}`;
    this.#log.expect(storedKeys >= device.storedKeys, 'acknowledged keys are kept', kept);
    this.device = device;
    device.link = this;
    device.active = false;
    this.send({ kind: 'success', changesCredentials: this.#random.chance(0.3) });
    this.later(this.#random.int(0, 300), () => this.#activate(device));
    this.#reach('success', () => undefined);
    if (this.#account.impostor > 0) {
      this.#account.impostor -= 1;
      this.later(this.#random.int(50, 4_000), () => this.end({ how: 'word', evidence: REPLACED }));
    }
  }

  #activate(device: Device): void {
    device.active = true;
    if (device.told < this.#account.changes) this.announce(this.#account.changes);
  }
}

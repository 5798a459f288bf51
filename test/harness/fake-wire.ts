import type { Attempt } from '../../src/wire/attempt.ts';
import type { CloseEvidence, LinkIdentity, LinkOptions } from '../../src/wire/link.ts';
import type { Stanza } from '../../src/wire/stanza.ts';
import type { Wire } from '../../src/wire/wire.ts';
import type { Client, Credentials, Down, Identity, Up } from './model/frames.ts';
import type { ServerLink } from './model/server-link.ts';
import type { WhatsApp } from './model/whatsapp.ts';
import type { Random } from './random.ts';
import type { LinkTrace, Request, Trace } from './trace.ts';

/** As Baileys shows its QR codes, and how many of them. */
const FIRST_QR_MS = 60_000;
const NEXT_QR_MS = 20_000;
const QRS = 6;
/** A frame that came with a closing handshake is read within this time behind it. */
const READ_WITHIN_MS = 30;
/** A request gets its answer within this time of the link's end. */
const TOLD_WITHIN_MS = 250;

/** What one connection works with. */
export interface FakeWireParts {
  readonly options: LinkOptions;
  readonly whatsApp: WhatsApp;
  readonly trace: LinkTrace;
  readonly random: Random;
  readonly log: Trace;
  /** Whether these credentials, or later ones of the same device, are committed. */
  readonly isStored: (credentials: Credentials) => boolean;
  /** How something reaches the process that has this end: at once, where nothing is said. */
  readonly enter?: (work: () => void) => void;
  /** A frame leaves that asks for something: no acknowledgement, and no ping. */
  readonly onAsks?: (what: string) => void;
}

/** The model in Baileys' place: the service's end of a connection, without sockets. */
export class FakeWire implements Wire, Client {
  /** The request that leaves next. */
  current: Request | undefined;
  readonly #attempt: Attempt;
  readonly #parts: FakeWireParts;
  readonly #server: ServerLink;
  readonly #timers = new DisposableStack();
  #credentials: Credentials | undefined;
  #isConnected = false;
  #isTerminated = false;
  #isClosed = false;
  #endsByItself = false;
  #ids = 0;
  #code: string | undefined;

  constructor(parts: FakeWireParts, attempt: Attempt) {
    this.#parts = parts;
    this.#attempt = attempt;
    const { credentials } = parts.options;
    if (credentials !== undefined) this.#credentials = JSON.parse(credentials) as Credentials;
    this.#server = parts.whatsApp.connect(this, parts.trace);
  }

  isOpen(): boolean {
    return this.#isConnected && !this.#isTerminated && !this.#isClosed;
  }

  isClosed(): boolean {
    return this.#isClosed;
  }

  nextId(): string {
    this.#ids += 1;
    return `${this.#parts.trace.n}.${this.#ids}`;
  }

  async send(stanza: Stanza): Promise<void> {
    if (stanza.attrs['xmlns'] === 'w:p') return this.#attempt.pass(() => this.#server.ping(stanza));
    const request = this.current;
    if (!request) throw new Error('A request that nobody noted down');
    request.left = true;
    this.#attempt.pass(() => {
      this.#parts.onAsks?.(`request ${request.seq}`);
      this.#server.push({ kind: 'iq', stanza, request });
    });
  }

  terminate(): void {
    this.#timers.dispose();
    if (this.#isTerminated || this.#isClosed) return;
    this.#isTerminated = true;
    this.#goes();
    this.#server.clientGone();
    // Most sockets close at once; some take their time.
    const { random, options } = this.#parts;
    const closeMs = random.chance(0.1) ? random.int(200, 2_000) : random.int(0, 20);
    options.clock.after(closeMs, () => this.#closed());
  }

  jid(): string | undefined {
    return this.#credentials && `${this.#credentials.phoneNumber}:${this.#credentials.device}@s.whatsapp.net`;
  }

  lid(): string | undefined {
    const { lid, device } = this.#credentials ?? {};
    return lid === undefined ? undefined : `${lid}:${device}@lid`;
  }

  identity(): LinkIdentity {
    return { phoneNumber: this.#credentials?.phoneNumber ?? '' };
  }

  /** As with Baileys there is a code before anybody has confirmed it. */
  codeRequest(): ReturnType<Wire['codeRequest']> {
    const id = this.nextId();
    const send = async (): Promise<void> => {
      this.#code = `CODE${this.#parts.trace.n}`;
      this.#attempt.pass(() => this.#server.push({ kind: 'ask_code', id }));
    };
    return { id, send };
  }

  pairingCode(): string | undefined {
    return this.#code;
  }

  deliver(frame: Down): void {
    this.#enter(() => this.#deliver(frame));
  }

  closed(): void {
    this.#enter(() => this.#closed());
  }

  closing(word: CloseEvidence | undefined): void {
    this.#enter(() => this.#closing(word));
  }

  #enter(work: () => void): void {
    const { enter } = this.#parts;
    if (enter) enter(work);
    else work();
  }

  #deliver(frame: Down): void {
    // A socket that was closed at this end brings nothing more.
    if (this.#isTerminated || this.#isClosed || this.#parts.trace.isDead) return;
    try {
      this.#take(frame);
    } catch (error) {
      this.#attempt.end({ kind: 'crashed', error });
    }
  }

  #closed(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#goes();
    this.#attempt.closed();
    if (this.#endsByItself) this.#attempt.endedByItself();
  }

  #closing(word: CloseEvidence | undefined): void {
    const { trace, log, options, random } = this.#parts;
    if (this.#isTerminated || this.#isClosed || trace.isDead) return;
    this.#goes();
    trace.wordBeforeClose = word;
    log.clock.after(TOLD_WITHIN_MS, () => {
      const isOver = this.#isTerminated || this.#isClosed || trace.isDead;
      log.expect(isOver, 'a link that WhatsApp closes is over soon', () => `link ${trace.n}`);
    });
    const read = (): void => word && this.#deliver({ kind: 'last_word', evidence: word });
    this.#timers.use(options.clock.after(random.int(0, READ_WITHIN_MS), read));
    this.#attempt.closing();
  }

  /** Nothing comes or leaves any more, and everybody who waits is told soon. */
  #goes(): void {
    const { trace, log, options } = this.#parts;
    if (trace.gone) return;
    trace.gone = true;
    trace.goneAt = options.clock.monotonic();
    log.clock.after(TOLD_WITHIN_MS, () => {
      const text = (): string => `${trace.pending} wait for link ${trace.n}, which is gone`;
      log.expect(trace.pending === 0 || trace.isDead, 'requests end with their link', text);
    });
  }

  #endByItself(): void {
    if (this.#isTerminated || this.#isClosed) return;
    this.#endsByItself = true;
    this.#attempt.endsByItself();
  }

  #take(frame: Down): void {
    this.#parts.trace.wasHeard = true;
    this.#attempt.heard();
    switch (frame.kind) {
      case 'hello':
        this.#isConnected = true;
        return void this.#logIn();
      case 'registration':
        return this.#showQr(1);
      case 'pair_success':
        return this.#pair(frame.identity);
      case 'success':
        if (frame.changesCredentials && this.#credentials) this.#save(this.#credentials);
        return this.#attempt.loggedIn();
      case 'reply':
        return this.#attempt.stanzaCame(frame.stanza);
      case 'announcement': {
        const { log, trace } = this.#parts;
        log.announcements.push({ seq: log.seq(), slot: trace.slot });
        log.note(trace.slot, `announced on link ${trace.n}`);
        return this.#attempt.announced();
      }
      case 'keys':
        return this.#storeKeys(frame.keys);
      case 'last_word':
        return this.#lastWord(frame.evidence);
    }
  }

  #lastWord(evidence: CloseEvidence): void {
    this.#parts.trace.serverWord = evidence;
    // Baileys ends its socket for a stream error before anybody else hears of it.
    if (evidence.kind === 'stream_error') this.#endByItself();
    this.#attempt.end(evidence);
  }

  async #logIn(): Promise<void> {
    const credentials = this.#credentials;
    if (!credentials) return this.#server.push({ kind: 'register' });
    try {
      const stored = await this.#parts.options.keys.get('session', ['whatsapp']);
      const storedKeys = Math.min(Number(stored.get('whatsapp') ?? 0), credentials.keys);
      this.#attempt.pass(() => {
        this.#parts.onAsks?.('a login');
        this.#server.push({ kind: 'login', identity: credentials, storedKeys });
      });
    } catch (error) {
      this.#attempt.storageFailed(error);
    }
  }

  #showQr(nth: number): void {
    if (nth > QRS) return this.#endByItself();
    const { options, trace } = this.#parts;
    const lifetimeMs = nth === 1 ? FIRST_QR_MS : NEXT_QR_MS;
    this.#timers.use(options.clock.after(lifetimeMs, () => this.#showQr(nth + 1)));
    trace.pairsUntil ??= options.clock.now() + FIRST_QR_MS + (QRS - 1) * NEXT_QR_MS;
    trace.qr = { text: `${trace.n}/${nth}`, expiresAt: options.clock.now() + lifetimeMs };
    this.#attempt.qrCame(trace.qr.text);
  }

  #pair(identity: Identity): void {
    this.#credentials = { ...identity, keys: 0 };
    this.#save(this.#credentials, { justPaired: true });
    this.#acknowledge({ kind: 'paired', device: identity.device }, this.#credentials);
  }

  #storeKeys(keys: number): void {
    if (!this.#credentials) return;
    this.#credentials = { ...this.#credentials, keys };
    const { options } = this.#parts;
    const change = { type: 'session', id: 'whatsapp', value: String(keys) };
    const stored = options.keys.apply([change, { type: 'pre-key', id: String(keys - 1), value: null }]);
    this.#save(this.#credentials);
    const frame: Up = { kind: 'keys_stored', keys };
    const credentials = this.#credentials;
    // Baileys answers for keys once their transaction is through.
    const acknowledge = (): void => this.#acknowledge(frame, credentials);
    stored.then(acknowledge, (error: unknown) => this.#attempt.storageFailed(error));
  }

  /** Durable before visible: this frame leaves once these credentials are stored. */
  #acknowledge(frame: Up, credentials: Credentials): void {
    const { trace, log, isStored } = this.#parts;
    this.#attempt.pass(() => {
      if (this.#isTerminated || this.#isClosed || trace.isDead) return;
      log.expect(isStored(credentials), 'stored before acknowledged', () => `${frame.kind} of ${trace.slot}`);
      this.#server.push(frame);
    });
  }

  #save(credentials: Credentials, { justPaired } = { justPaired: false }): void {
    this.#attempt.credentialsChanged(JSON.stringify(credentials), { justPaired });
  }
}

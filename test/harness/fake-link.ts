import { WriteBarrier } from '../../src/session/barrier.ts';
import type {
  CloseEvidence,
  Link,
  LinkIdentity,
  LinkOptions,
  LinkPhase,
  Reply,
  Stanza,
} from '../../src/session/link.ts';
import { Requests } from '../../src/session/requests.ts';
import type { Client, Credentials, Down, Identity, Up } from './model/frames.ts';
import type { ServerLink } from './model/server-link.ts';
import type { WhatsApp } from './model/whatsapp.ts';
import type { Random } from './random.ts';
import { recordRequest } from './requests-trace.ts';
import type { LinkTrace, Request, Trace } from './trace.ts';

// As the real link has them.
const HELLO_TIMEOUT_MS = 10_000;
const ATTEMPT_TIMEOUT_MS = 28_000;
const PAIRING_CODE_TIMEOUT_MS = 10_000;
const FIRST_QR_MS = 60_000;
const NEXT_QR_MS = 20_000;
const QRS = 6;
/** A request gets its answer within this time of the link's end. */
const TOLD_WITHIN_MS = 250;
/** More requests than this on one connection at once would mean that something is not bounded. */
const MOST_PENDING = 24;

/** A link without Baileys and sockets: the service's end of a connection to the model, with the real link's promises. */
export class FakeLink implements Link, Client {
  readonly ended: Promise<CloseEvidence>;
  readonly #ended = Promise.withResolvers<CloseEvidence>();
  readonly #options: LinkOptions;
  readonly #trace: LinkTrace;
  readonly #log: Trace;
  readonly #random: Random;
  readonly #isStored: (credentials: Credentials) => boolean;
  readonly #server: ServerLink;
  readonly #requests: Requests;
  readonly #barrier = new WriteBarrier((error) => this.end({ kind: 'storage_failed', error }));
  readonly #timers = new DisposableStack();
  /** Those that wait for a reply. */
  readonly #byId = new Map<string, Request>();
  readonly #code = Promise.withResolvers<string>();
  #credentials: Credentials | undefined;
  #phase: LinkPhase = 'hello';
  #connected = false;
  #closed = false;
  #ids = 0;

  /** @param isStored whether these credentials, or later ones of the same device, are committed. */
  constructor(
    options: LinkOptions,
    whatsApp: WhatsApp,
    trace: LinkTrace,
    random: Random,
    log: Trace,
    isStored: (credentials: Credentials) => boolean,
  ) {
    this.#isStored = isStored;
    this.#options = options;
    this.#trace = trace;
    this.#random = random;
    this.#log = log;
    if (options.credentials !== undefined) this.#credentials = JSON.parse(options.credentials) as Credentials;
    this.ended = this.#ended.promise;
    // Nobody may be waiting for the code when the link ends.
    this.#code.promise.catch(() => undefined);
    this.#server = whatsApp.connect(this, trace);
    this.#requests = new Requests(options.clock, (stanza) => this.#send(stanza));
    this.#timers.use(options.clock.after(HELLO_TIMEOUT_MS, () => this.#giveUp('hello')));
    this.#timers.use(options.clock.after(ATTEMPT_TIMEOUT_MS, () => this.#giveUp('hello', 'login', 'first_read')));
  }

  get jid(): string | undefined {
    return this.#credentials && `${this.#credentials.phoneNumber}:${this.#credentials.device}@s.whatsapp.net`;
  }

  get phase(): LinkPhase {
    return this.#phase;
  }

  reached(phase: LinkPhase): void {
    if (!this.#trace.evidence) this.#phase = phase;
  }

  request(stanza: Stanza, timeoutMs: number): Promise<Reply> {
    const request = recordRequest(this.#log, this.#trace, stanza, timeoutMs);
    if (this.#trace.gone || this.#trace.evidence || !this.#connected) return Promise.resolve({ kind: 'unsent' });
    request.left = true;
    this.#ids += 1;
    const id = `${this.#trace.n}.${this.#ids}`;
    this.#byId.set(id, request);
    const waiting = this.#byId.size;
    this.#trace.pending = waiting;
    this.#log.expect(waiting <= MOST_PENDING, 'requests are bounded', () => `${waiting} wait on link ${this.#trace.n}`);
    const reply = this.#requests.send(id, { ...stanza, attrs: { ...stanza.attrs, id } }, timeoutMs);
    void reply.then((answer) => {
      request.reply = answer;
      request.replySeq = this.#log.seq();
      request.replyAt = this.#options.clock.monotonic();
      this.#trace.lastReplyAt = request.replyAt;
      this.#byId.delete(id);
      this.#trace.pending = this.#byId.size;
      this.#log.note(this.#trace.slot, `request ${request.seq} ${answer.kind}`);
      const isFalse = answer.kind === 'result' && request.kind !== 'read' && !request.acknowledged;
      this.#log.expect(!isFalse, 'only a result is one', () => `request ${request.seq} was not acknowledged`);
    });
    return reply;
  }

  requestPairingCode(_phoneNumber: string): Promise<string> {
    this.#barrier.pass(() => this.#server.push({ kind: 'ask_code' }));
    const late = (): void => this.end({ kind: 'pairing_refused', reply: { kind: 'timed_out' } });
    const timer = this.#timers.use(this.#options.clock.after(PAIRING_CODE_TIMEOUT_MS, late));
    return this.#code.promise.finally(() => timer[Symbol.dispose]());
  }

  end(evidence: CloseEvidence): void {
    if (this.#trace.evidence) return;
    this.#trace.evidence = evidence;
    this.#trace.goneAt = this.#options.clock.monotonic();
    this.#trace.gone = true;
    this.#log.note(this.#trace.slot, `link ${this.#trace.n} ends: ${describe(evidence)} (${this.#phase})`);
    this.#timers.dispose();
    this.#requests.end();
    this.#code.reject(new Error('The link ended'));
    this.#log.clock.after(TOLD_WITHIN_MS, () => {
      const text = (): string => `${this.#byId.size} wait for link ${this.#trace.n}, which is gone`;
      this.#log.expect(this.#byId.size === 0 || this.#trace.isDead, 'requests end with their link', text);
    });
    if (this.#closed) return this.#over();
    this.#server.clientGone();
    // Most sockets close at once; some take their time.
    const closeMs = this.#random.chance(0.1) ? this.#random.int(200, 2_000) : this.#random.int(0, 20);
    this.#options.clock.after(closeMs, () => this.#over());
  }

  deliver(frame: Down): void {
    if (this.#trace.evidence || this.#trace.gone) return;
    try {
      this.#take(frame);
    } catch (error) {
      this.end({ kind: 'crashed', error });
    }
  }

  closed(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#requests.end();
    if (!this.#trace.gone) this.end({ kind: 'closed', phase: this.#phase });
  }

  wentSilent(): void {
    if (!this.#trace.gone) this.end({ kind: 'silent' });
  }

  #over(): void {
    if (!this.#trace.evidence || this.#trace.endedAt !== undefined) return;
    this.#trace.endedAt = this.#options.clock.monotonic();
    this.#ended.resolve(this.#trace.evidence);
  }

  #take(frame: Down): void {
    switch (frame.kind) {
      case 'hello':
        this.#connected = true;
        this.reached('login');
        return void this.#logIn();
      case 'registration':
        this.reached('pairing');
        return this.#showQr(1);
      case 'code':
        if (frame.code !== undefined) return this.#code.resolve(frame.code);
        return this.end({ kind: 'pairing_refused', reply: { kind: 'refused', code: 429, text: 'rate-overlimit' } });
      case 'pair_success':
        return this.#pair(frame.identity);
      case 'success':
        if (frame.changesCredentials) this.#barrier.hold(this.#save());
        return this.#options.events.onLogin(this.#identity());
      case 'reply':
        return this.#requests.deliver(frame.stanza);
      case 'announcement':
        this.#log.announcements.push({ seq: this.#log.seq(), slot: this.#trace.slot });
        this.#log.note(this.#trace.slot, `announced on link ${this.#trace.n}`);
        return this.#options.events.onAnnouncement();
      case 'keys':
        return this.#storeKeys(frame.keys);
      case 'last_word':
        this.#trace.serverWord = frame.evidence;
        return this.end(frame.evidence);
    }
  }

  async #logIn(): Promise<void> {
    const credentials = this.#credentials;
    if (!credentials) return this.#server.push({ kind: 'register' });
    try {
      const stored = await this.#options.keys.get('session', ['whatsapp']);
      const storedKeys = Math.min(Number(stored.get('whatsapp') ?? 0), credentials.keys);
      this.#barrier.pass(() => this.#server.push({ kind: 'login', identity: credentials, storedKeys }));
    } catch (error) {
      this.end({ kind: 'storage_failed', error });
    }
  }

  #showQr(nth: number): void {
    if (this.#trace.evidence) return;
    if (nth > QRS) return this.end({ kind: 'pairing_expired' });
    const lifetime = nth === 1 ? FIRST_QR_MS : NEXT_QR_MS;
    const { clock, events } = this.#options;
    this.#timers.use(clock.after(lifetime, () => this.#showQr(nth + 1)));
    events.onQr(`${this.#trace.n}/${nth}`, clock.now() + lifetime);
  }

  #pair(identity: Identity): void {
    this.#credentials = { ...identity, keys: 0 };
    const commit = this.#save();
    this.#barrier.hold(commit);
    this.#acknowledge({ kind: 'paired', device: identity.device }, this.#credentials);
    const paired = (): void => {
      if (!this.#trace.evidence) this.#options.events.onPaired(this.#identity());
    };
    // A commit that failed has closed the barrier, which ends this link.
    commit.then(paired, () => undefined);
  }

  #storeKeys(keys: number): void {
    if (!this.#credentials) return;
    this.#credentials = { ...this.#credentials, keys };
    const change = { type: 'session', id: 'whatsapp', value: String(keys) };
    this.#barrier.hold(this.#options.keys.apply([change, { type: 'pre-key', id: String(keys - 1), value: null }]));
    this.#barrier.hold(this.#save());
    this.#acknowledge({ kind: 'keys_stored', keys }, this.#credentials);
  }

  /** Durable before visible: this frame leaves once these credentials are stored. */
  #acknowledge(frame: Up, credentials: Credentials): void {
    this.#barrier.pass(() => {
      if (this.#trace.gone) return;
      const text = (): string => `${frame.kind} of ${this.#trace.slot}`;
      this.#log.expect(this.#isStored(credentials), 'stored before acknowledged', text);
      this.#server.push(frame);
    });
  }

  async #send(stanza: Stanza): Promise<void> {
    const request = this.#byId.get(stanza.attrs['id'] ?? '');
    if (request) this.#barrier.pass(() => this.#server.push({ kind: 'iq', stanza, request }));
  }

  #save(): Promise<void> {
    return this.#options.saveCredentials(JSON.stringify(this.#credentials));
  }

  #identity(): LinkIdentity {
    return { phoneNumber: this.#credentials?.phoneNumber ?? '' };
  }

  #giveUp(...phases: LinkPhase[]): void {
    if (phases.includes(this.#phase)) this.end({ kind: 'watchdog', phase: this.#phase });
  }
}

function describe(evidence: CloseEvidence): string {
  const { kind, ...rest } = evidence;
  return `${kind} ${JSON.stringify(rest, (_, value: unknown) => (value instanceof Error ? value.message : value))}`;
}

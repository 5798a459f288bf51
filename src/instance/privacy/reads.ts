import type { Call } from '../../call.ts';
import type { Clock } from '../../clock.ts';
import type { PrivacyPort, ReadOptions, ReadOutcome } from '../../privacy/port.ts';
import type { Snapshot } from '../../privacy/settings.ts';
import { LAST_SEND_MS, REQUEST_TIMEOUT_MS, requestTimeout } from '../../privacy/time.ts';
import type { TimerOutcome } from '../../privacy/timer.ts';
import type { Link } from '../../wire/link.ts';
import type { Connected } from './connected.ts';
import { readForCaller, unreadable } from './caller-reads.ts';
import { SharedRead } from './shared-read.ts';
import type { SettingsView } from './view.ts';

/** How often the first read is asked for: WhatsApp may refuse it right after a login. */
const READ_TRIES = 3;
const FIRST_READ_PAUSE_MS = 2_000;

/** Reads of one instance's settings: the first one of a link, and those that callers share. */
export class Reads {
  readonly #clock: Clock;
  readonly #connected: Connected;
  readonly #view: SettingsView;
  readonly #shared: SharedRead<ReadOutcome>;
  readonly #sharedTimer: SharedRead<TimerOutcome>;

  constructor(clock: Clock, connected: Connected, view: SettingsView) {
    this.#clock = clock;
    this.#connected = connected;
    this.#view = view;
    this.#shared = new SharedRead(() => view.read(connected.over(connected.link), REQUEST_TIMEOUT_MS));
    this.#sharedTimer = new SharedRead(() => view.readTimer(connected.over(connected.link), REQUEST_TIMEOUT_MS));
  }

  /** A refusal proves that the link lives: another login would be refused the same. */
  async first(link: Link): Promise<ReadOutcome> {
    const port = this.#connected.over(link);
    for (let tries = 1; ; tries += 1) {
      const read = await this.#view.read(port, REQUEST_TIMEOUT_MS);
      if (read.kind !== 'refused' || tries === READ_TRIES) return read;
      await this.#clock.sleep(FIRST_READ_PAUSE_MS);
      if (this.#connected.hasEnded(link)) return { kind: 'lost' };
    }
  }

  /** One read for all who ask before it is sent; never one that is on its way already. */
  shared(): Promise<ReadOutcome> {
    return this.#shared.get();
  }

  /**
   * A fresh read for a caller.
   * @throws InstanceNotConnectedError; PrivetError TIMEOUT, WHATSAPP_ERROR, OVERLOADED
   */
  read(call: Call): Promise<Snapshot> {
    return this.#read(call, () => this.shared());
  }

  /** The same over a call's own port, shared with nobody. @throws as `read` */
  own(call: Call, port: PrivacyPort, options: ReadOptions): Promise<Snapshot> {
    const timeoutMs = (): number => requestTimeout(call.deadline.remaining()) ?? LAST_SEND_MS;
    return this.#read(call, () => this.#view.read(port, timeoutMs(), options));
  }

  async #read(call: Call, ask: () => Promise<ReadOutcome>): Promise<Snapshot> {
    const read = await readForCaller(this.#connected, call, ask);
    if (read.kind === 'snapshot') return read.snapshot;
    throw unreadable(this.#connected, { read: 'the privacy read', lacks: 'any settings' }, read);
  }

  /** The same for the timer alone. */
  sharedTimer(): Promise<TimerOutcome> {
    return this.#sharedTimer.get();
  }

  /**
   * A fresh read of the timer alone: its seconds.
   * @throws as `read`
   */
  async timer(call: Call): Promise<string> {
    const read = await readForCaller(this.#connected, call, () => this.sharedTimer());
    if (read.kind === 'timer') return read.seconds;
    throw unreadable(this.#connected, { read: 'the read of the default timer', lacks: 'one' }, read);
  }
}

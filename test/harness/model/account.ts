import { Blocklist } from '../../../simulator/blocklist.ts';
import type { Person } from '../../../simulator/people.ts';
import { PrivacyState } from '../../../simulator/privacy-state.ts';
import { Timer } from '../../../simulator/timer.ts';
import type { Directory } from '../../../simulator/usync.ts';
import type { Random } from '../random.ts';
import type { Trace } from '../trace.ts';
import type { LoginFault, StanzaFault } from './faults.ts';
import type { ServerLink } from './server-link.ts';

/** A linked device as WhatsApp knows it. */
export interface Device {
  readonly id: number;
  readonly secret: string;
  /** The phone lists it: the device said that its credentials are stored. */
  linked: boolean;
  link: ServerLink | undefined;
  /** Told of changes as they happen; else at its next login. */
  active: boolean;
  /** Up to which change of the account the device was told. */
  told: number;
  /** Keys that the device said are stored. */
  storedKeys: number;
  sentKeys: number;
}

/** What an account is made of. */
export interface AccountParts {
  readonly slot: string;
  readonly phoneNumber: string;
  readonly lid: string | undefined;
  readonly privacy: Iterable<readonly [string, string]>;
  readonly echoes: boolean;
}

/** One phone with its privacy settings. Named after the one instance that links to it. */
export class Account implements Person {
  readonly slot: string;
  readonly phoneNumber: string;
  /** Digits; undefined where it has none. */
  readonly lid: string | undefined;
  readonly privacy: PrivacyState;
  readonly blocklist: Blocklist;
  readonly timer: Timer;
  readonly people: Directory;
  readonly devices = new Map<number, Device>();
  readonly stanzaFaults: StanzaFault[] = [];
  readonly loginFaults: LoginFault[] = [];
  /** Whether WhatsApp announces a device's own writes back to it. Nobody knows, so both are tried. */
  readonly echoes: boolean;
  /** How long announcements take beside the wire. */
  announceAfterMs = 0;
  /** Of the links that are made from now on, each way. */
  latencyMs = 40;
  /** Another client that holds the same credentials comes back this often. */
  impostor = 0;
  changes = 0;
  /** When something last happened here, on the clock. */
  lastActivity = 0;
  readonly #trace: Trace;
  #lastDevice = 0;

  constructor({ slot, phoneNumber, lid, privacy, echoes }: AccountParts, people: Directory, trace: Trace) {
    const now = (): number => trace.clock.now();
    this.slot = slot;
    this.phoneNumber = phoneNumber;
    this.lid = lid;
    this.privacy = new PrivacyState(privacy, now);
    this.blocklist = new Blocklist(now);
    this.timer = new Timer(now);
    this.people = people;
    this.echoes = echoes;
    this.#trace = trace;
  }

  newDevice(random: Random): Device {
    this.#lastDevice += 1;
    const id = this.#lastDevice;
    const secret = `secret-${random.int(0, 999_999)}`;
    const device = {
      id,
      secret,
      linked: false,
      link: undefined,
      active: false,
      told: this.changes,
      storedKeys: 0,
      sentKeys: 0,
    };
    this.devices.set(id, device);
    return device;
  }

  /** The device that works for the instance now. */
  get linkedDevice(): Device | undefined {
    return [...this.devices.values()].findLast(({ linked }) => linked);
  }

  touch(): void {
    this.lastActivity = this.#trace.clock.monotonic();
  }

  /** Somebody changed a setting: the devices hear of it, now or when they are back. */
  changed(except: Device | undefined): void {
    this.changes += 1;
    this.touch();
    for (const device of this.devices.values()) {
      if (device === except && !this.echoes) {
        // Who knows all before it knows this too.
        if (device.told === this.changes - 1) device.told = this.changes;
        continue;
      }
      const { link } = device;
      if (!link || !device.active) continue;
      const upTo = this.changes;
      link.later(this.announceAfterMs, () => link.announce(upTo));
    }
  }
}

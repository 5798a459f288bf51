import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { Storage } from '../storage/storage.ts';
import type { SessionEvents } from '../telemetry/events.ts';
import type { OpenLink } from '../wire/link.ts';
import type { LoginGate } from './login/login-gate.ts';

export interface SessionDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly telemetry: SessionEvents;
  readonly storage: Storage;
  readonly openLink: OpenLink;
  /** 0 … 1, for pauses. */
  readonly random: () => number;
  readonly gate: LoginGate;
  readonly onInstanceChange: (instanceId: string) => void;
  readonly onPrivacyChange: (instanceId: string) => void;
}

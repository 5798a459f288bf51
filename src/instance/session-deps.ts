import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { Storage } from '../storage/storage.ts';
import type { SessionEvents } from '../telemetry/events.ts';
import type { Link, LinkOptions } from '../wire/link.ts';
import type { InstanceStorage, Owner } from './life.ts';
import type { LoginGate } from './login/login-gate.ts';

/** Opens a link. Its options do not say for which instance it is. */
export type OpenLinkOf = (options: LinkOptions, instanceId: string) => Link;

export interface SessionDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly telemetry: SessionEvents;
  readonly storage: InstanceStorage & Pick<Storage, 'probe' | 'isBusy'>;
  readonly owner: Owner;
  readonly openLink: OpenLinkOf;
  /** 0 … 1, for pauses. */
  readonly random: () => number;
  readonly gate: LoginGate;
  /** Whether somebody watches the instance. */
  readonly isWatched?: ((instanceId: string) => boolean) | undefined;
  readonly onInstanceChange: (instanceId: string) => void;
  readonly onPrivacyChange: (instanceId: string) => void;
  /** Another run of the service has the instance: the session has ended. */
  readonly onLost?: ((instanceId: string) => void) | undefined;
}

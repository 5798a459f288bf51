import type { Kysely } from 'kysely';
import type { Tables } from '../schema.ts';

/** That this process alone serves the data. Disposing gives it back. */
export interface Ownership {
  /** Names this run of the service in what it writes; no two have the same. */
  readonly incarnation: string;
  /** As far as this process knows: a server may have freed the lock of one that stood still. */
  readonly held: boolean;
  /** Asks the server, within a transaction, whether it still has the lock for this process. A file needs no such thing. */
  isHeldIn?(tx: Kysely<Tables>): Promise<boolean>;
  /**
   * Checks the lock, and takes it again where it is free; `lost` where another process has it. Rejects where that can't be
   * known, as on a full disk, or while the server is away.
   */
  renew(): Promise<'held' | 'renewed' | 'lost'>;
  /** For the operator's log. */
  readonly says: {
    readonly renewed: string;
    readonly notRenewed: string;
    readonly lost: string;
  };
}

/** That this process alone serves the data. Disposing gives it back. */
export interface Ownership {
  /** Names this run of the service in what it writes; no two have the same. */
  readonly incarnation: string;
  readonly held: boolean;
  /**
   * Looks whether it is still held, and takes it anew where it slipped away; `lost` says that another process did so before.
   * Rejects where there is no telling, as on a full disk, or while the server is away.
   */
  renew(): Promise<'held' | 'renewed' | 'lost'>;
  /** What the operator reads of it. */
  readonly says: {
    readonly renewed: string;
    readonly notRenewed: string;
    readonly lost: string;
  };
}

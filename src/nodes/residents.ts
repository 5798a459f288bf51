import type { InstanceOwner } from '../storage/nodes/node-store.ts';

/** The sessions of a node, as its claims see them. `SessionPool` is it. */
export interface Residents {
  /** The epoch of each instance that has a session here. */
  epochs(): ReadonlyMap<string, number>;
  /**
   * The node has the instance from now on. One that is to be connected gets a session, which logs in: with the slot that was
   * kept for it, or as the gate lets it.
   */
  take(instanceId: string, epoch: number, slot?: Disposable): Promise<void>;
  /** Another node has the instance: its session ends at once, and stores nothing more. */
  drop(instanceId: string): void;
  /** Whether somebody may be about to scan its QR code, or to type its pairing code: no other node can go on with that. */
  isPairing(instanceId: string): boolean;
  /**
   * Ends the session for another node: new calls of the instance wait (see `ElsewhereError`), what runs finishes, the link
   * ends, and what is to be stored is. Resolves once nothing of it runs here; with undefined where nothing of it was in memory.
   * @param mustStay asked once what runs has finished: where it is true, the session goes on
   * @throws the signal's reason
   */
  release(instanceId: string, signal: AbortSignal, mustStay: () => boolean): Promise<Released | 'stays' | undefined>;
}

/** An instance whose session here has ended, so that another node may have it. */
export interface Released {
  readonly epoch: number;
  /** This node has it no more: calls that wait here are told so, and go to the one that has. */
  moved(to: InstanceOwner | undefined): void;
  /** It stays: its session goes on here. */
  stays(): void;
}

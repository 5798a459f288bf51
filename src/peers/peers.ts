/** A node that can be asked. */
export interface Peer {
  readonly incarnation: string;
  readonly url: string;
}

/** How long the answer of another node is waited for, and what withdraws the question. */
export interface PeerCall {
  readonly signal: AbortSignal;
  /** What is left of the call that it is asked for, in milliseconds. */
  readonly remainingMs: number;
}

/** Asks other nodes. Values are what a structured clone can be, and a `PrivetError` of theirs is thrown as one here. */
export interface Peers {
  /** @throws PeerError; PrivetError as the other node threw it; the signal's reason */
  ask(peer: Peer, method: string, body: unknown, call: PeerCall): Promise<unknown>;
  /**
   * Values as they come, until the other node ends it or the signal aborts. One that is read slowly is written slowly.
   * @throws as `ask`
   */
  stream(peer: Peer, method: string, body: unknown, signal: AbortSignal): AsyncIterable<unknown>;
}

/** What a node does for others. */
export interface PeerHandler {
  ask(method: string, body: unknown, call: PeerCall): Promise<unknown>;
  stream(method: string, body: unknown, signal: AbortSignal): AsyncIterable<unknown>;
}

export type PeerFault =
  /** Nothing reached it: it may be asked again, or another one. */
  | 'unreachable'
  /** It may have done it. */
  | 'lost'
  /** It does not have the instance, and did nothing. */
  | 'moved';

export class PeerError extends Error {
  override readonly name = 'PeerError';
  readonly fault: PeerFault;

  constructor(fault: PeerFault, message: string, options?: ErrorOptions) {
    super(message, options);
    this.fault = fault;
  }
}

import type { ReasonCode } from './reasons.ts';

/** Where an instance stands. Each state comes from evidence: a frame, a close, or what the user asked for. */
export const INSTANCE_STATES = [
  'UNPAIRED',
  'PAIRING',
  'CONNECTING',
  'OPEN',
  'RECONNECTING',
  'STOPPED',
  'LOGGED_OUT',
  'REPLACED',
  'BANNED',
  'CLIENT_OUTDATED',
  'PASSKEY_REQUIRED',
] as const;

export type InstanceState = (typeof INSTANCE_STATES)[number];

/** Why an instance is in its state. */
export interface StateReason {
  /** Stable, for programs: `connection_lost`, `stream_error_503`, `stopped_by_user` … */
  readonly code: ReasonCode;
  /** For people. Holds no key, QR text or phone number. */
  readonly message: string;
  /** When the next attempt comes by itself, epoch milliseconds; undefined when none will. */
  readonly retryAt?: number | undefined;
}

export const STARTING: StateReason = { code: 'starting', message: 'Waiting for its turn to log in' };

/** What calls are told when a link has ended, until it is judged why. */
export const CLOSED: StateReason = { code: 'connection_closed', message: 'The connection was closed' };

/** While a session waits for it, and where a link ended because of it. */
export const DATABASE_FAILED: StateReason = {
  code: 'storage_failed',
  message: 'The database failed, so nothing that depends on it was sent',
};

export const SESSION_FAILED: StateReason = {
  code: 'internal_error',
  message: 'The session failed; start it again',
};

export const TAKEN_OVER: StateReason = {
  code: 'taken_over',
  message: 'Another process of the service has this instance now',
};

/** Of an instance that is to be connected, while one node of several has lost it and none has taken it yet. */
export const MOVING: StateReason = {
  code: 'moving',
  message: 'No node of the service has this instance at present: one takes it within seconds',
};

/** The same to who asks, where a node has it that can't be asked. */
export const OUT_OF_REACH: StateReason = {
  code: 'moving',
  message: 'The node of the service that has this instance does not answer',
};

export const PAIRING_ENDED: StateReason = {
  code: 'pairing_ended',
  message: 'The service ended before the pairing was done; pair again once it runs',
};

/** Its code and what is stored are as where the service ended, so that whoever takes the instance meanwhile says the same. */
export const PAIRING_CUT_OFF: StateReason = {
  code: 'pairing_ended',
  message: 'The service lost touch with its database before the pairing was done; pair again',
};

/** What is shown while an instance waits to be linked. */
export interface Pairing {
  /** The text of the QR code to scan, when pairing by QR. */
  readonly qr?: string | undefined;
  /** The 8 characters to type on the phone, when pairing by code. */
  readonly code?: string | undefined;
  /** When this QR or code stops working, epoch milliseconds. */
  readonly expiresAt: number;
}

/** An instance as callers see it. */
export interface InstanceView {
  readonly id: string;
  readonly accountId: string;
  readonly name: string;
  /** When it was made, epoch milliseconds. */
  readonly createdAt: number;
  readonly state: InstanceState;
  /** When the state began, epoch milliseconds. */
  readonly since: number;
  readonly reason?: StateReason | undefined;
  /** Digits with the country code, once paired. */
  readonly phoneNumber?: string | undefined;
  readonly pairing?: Pairing | undefined;
}

/** A session is under way in these. */
export const UNDER_WAY: readonly InstanceState[] = ['CONNECTING', 'RECONNECTING', 'OPEN'];

/** Whether the view shows a session that runs, or one that starts again by itself. */
export const isLive = ({ state, reason }: InstanceView): boolean =>
  UNDER_WAY.includes(state) || state === 'PAIRING' || reason?.retryAt !== undefined;

/** What a change of state brings along. A phone number stays until another one comes. */
export interface StateExtra {
  readonly pairing?: Pairing;
  readonly phoneNumber?: string;
}

/** The view after a change. `since` stays while the state does. */
export function nextView(
  before: InstanceView,
  state: InstanceState,
  reason: StateReason | undefined,
  { pairing, phoneNumber = before.phoneNumber }: StateExtra,
  now: number,
): InstanceView {
  const { id, accountId, name, createdAt } = before;
  return {
    id,
    accountId,
    name,
    createdAt,
    state,
    since: before.state === state ? before.since : now,
    reason,
    phoneNumber,
    pairing,
  };
}

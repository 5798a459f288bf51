import { InstanceNotConnectedError } from '../errors.ts';
import type { Departures, Waiting } from './leaving/departures.ts';
import type { InstanceRow } from './instance-rows.ts';
import type { Session } from '../instance/session.ts';
import { ElsewhereError } from '../nodes/elsewhere.ts';
import type { Membership } from '../nodes/membership.ts';
import { StorageError } from '../storage/errors.ts';
import type { InstanceRecord } from '../storage/instances.ts';

/** This process as a node of several, as its sessions see it. */
export interface PoolNode {
  readonly membership: Pick<Membership, 'incarnation' | 'held' | 'whenHeld' | 'nodes' | 'find'>;
  /** Takes an instance that no node has; false where one has it, or this one may take none. */
  claimNow(instanceId: string): Promise<boolean>;
}

/** The epoch under which this run has the instance, as its row says. @throws ElsewhereError */
export const epochHere = ({ membership }: PoolNode, { id, owner, epoch }: InstanceRecord): number => {
  if (owner === membership.incarnation) return epoch;
  throw new ElsewhereError(id, owner === null ? undefined : { incarnation: owner, epoch });
};

/** It is to be connected, and has something to log in with, or what may be that. */
export const isWanted = ({ record: { wanted, state, hasCredentials } }: InstanceRow): boolean =>
  wanted === 'running' && (state !== 'UNPAIRED' || hasCredentials);

/** As `Departures.run`. @throws ElsewhereError also where the session was lost under the call, and nothing was done */
export const onNode = async <T>(
  departures: Departures,
  session: Session,
  call: Waiting,
  work: (session: Session) => Promise<T>,
): Promise<T> => {
  try {
    return await departures.run(session, call, work);
  } catch (error) {
    throw elsewhereIfLost(session, error);
  }
};

const elsewhereIfLost = (session: Session, error: unknown): unknown => {
  if (!session.life.isLost) return error;
  const isOfLoss =
    error instanceof InstanceNotConnectedError || (error instanceof StorageError && error.code === 'fenced');
  return isOfLoss ? new ElsewhereError(session.view.id, undefined) : error;
};

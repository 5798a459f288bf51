import { described, instanceNotFound, PrivetError } from '../../errors.ts';
import type { Reach } from '../../fleet/calls/reach.ts';
import type { InstanceView } from '../../instance/state.ts';
import { isInstanceName } from './arguments.ts';
import type { GraphQLContext } from '../context.ts';
import { idOfType, instanceIdIn } from '../global-id.ts';

type Caller = Pick<GraphQLContext, 'fleet' | 'reach'>;

/** The instance that a call is about: its name, and a reach in which no other one can come to have that name. */
export interface Target {
  readonly reach: Reach;
  readonly name: string;
}

function notFound(text: string): PrivetError {
  if (idOfType('Instance', text) === undefined) return instanceNotFound(text);
  return new PrivetError('NOT_FOUND', `There is no instance with the id "${described(text)}"`);
}

/**
 * The instance of that name or id. No name has a ":", so that an id can't be one.
 * @throws PrivetError NOT_FOUND for an id that is not within reach, and for a text that can be neither
 */
export async function targetOf(text: string, { fleet, reach }: Caller): Promise<Target> {
  if (isInstanceName(text)) return { reach, name: text };
  const id = idOfType('Instance', text);
  const target = id === undefined ? undefined : await targetOfId(id, { fleet, reach });
  if (!target) throw notFound(text);
  return target;
}

/** The instance of that name or id; undefined when there is none within reach. */
export function findInstance(text: string, caller: Caller): Promise<InstanceView | undefined> {
  if (isInstanceName(text)) return caller.fleet.directory.find(caller.reach, text);
  const id = idOfType('Instance', text);
  return id === undefined ? Promise.resolve(undefined) : findInstanceById(id, caller);
}

/** The instance of that id, without its type; undefined when it is not within reach. */
export function findInstanceById(id: string, caller: Caller): Promise<InstanceView | undefined> {
  return caller.fleet.directory.get(caller.reach, id);
}

/** The same, where there must be one. @throws PrivetError NOT_FOUND */
export async function getInstance(text: string, caller: Caller): Promise<InstanceView> {
  const instance = await findInstance(text, caller);
  if (!instance) throw notFound(text);
  return instance;
}

/**
 * Undefined when it is not within reach. The reach is narrowed to that one: its name may be another's by the time that the
 * call is made.
 */
export async function targetOfId(instanceId: string, { fleet, reach }: Caller): Promise<Target | undefined> {
  const found = await fleet.directory.get(reach, instanceId);
  return found && { reach: { ...reach, instanceId }, name: found.name };
}

/** The name of the instance that a text means, whichever way it names it; empty where it means none within reach. */
export function instanceNameOf(text: string, caller: Caller): string | Promise<string> {
  return isInstanceName(text) ? text : nameOfId(text, caller);
}

async function nameOfId(text: string, caller: Caller): Promise<string> {
  const id = instanceIdIn(text);
  const target = id === undefined ? undefined : await targetOfId(id, caller);
  return target?.name ?? '';
}

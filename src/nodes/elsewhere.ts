import type { InstanceOwner } from '../storage/nodes/node-store.ts';

/** Another node has the instance, or nobody. It never reaches a client: whoever routes calls goes there, or takes it. */
export class ElsewhereError extends Error {
  override readonly name = 'ElsewhereError';
  readonly instanceId: string;
  /** Undefined where nobody has it. */
  readonly owner: InstanceOwner | undefined;

  constructor(instanceId: string, owner: InstanceOwner | undefined) {
    super(`The instance ${instanceId} is not here`);
    this.instanceId = instanceId;
    this.owner = owner;
  }
}

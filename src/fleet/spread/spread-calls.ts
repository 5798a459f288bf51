import type { Call } from '../../call.ts';
import { PrivetError } from '../../errors.ts';
import type { InstanceView } from '../../instance/state.ts';
import type { ContactCalls } from '../calls/contact-calls.ts';
import type { FirstTokenOf, Lifecycle } from '../calls/lifecycle.ts';
import type { PrivacyCalls } from '../calls/privacy-calls.ts';
import type { Reach } from '../calls/reach.ts';
import { OutcomeUnknownError, type Router } from '../routing/router.ts';

/** The settings of an instance, wherever it is. */
export const spreadPrivacy = (router: Router): PrivacyCalls => ({
  read: (reach, name, call) => router.run('read', { reach, name }, call, undefined),
  timer: (reach, name, call) => router.run('timer', { reach, name }, call, undefined),
  update: (reach, name, changes, call, key, terms) =>
    router.run('update', { reach, name }, call, { changes, key, terms }),
  plan: (reach, name, changes, call, terms) => router.run('plan', { reach, name }, call, { changes, terms }),
});

/** Its lists of contacts. */
export const spreadContacts = (router: Router): ContactCalls => ({
  exclusions: (reach, name, field, call) => router.run('exclusions', { reach, name }, call, field),
  updateExclusions: (reach, name, field, change, call, key) =>
    router.run('updateExclusions', { reach, name }, call, { field, change, key }),
  blocked: (reach, name, call) => router.run('blocked', { reach, name }, call, undefined),
  changeBlocked: (reach, name, action, contacts, call, key) =>
    router.run('changeBlocked', { reach, name }, call, { action, contacts, key }),
});

/** Its life. One that is made is the node's that was asked. */
export class SpreadLifecycle implements Lifecycle {
  readonly #router: Router;
  readonly #near: Lifecycle;

  constructor(router: Router, near: Lifecycle) {
    this.#router = router;
    this.#near = near;
  }

  create(reach: Reach, name: string, tokenOf?: FirstTokenOf): Promise<InstanceView> {
    return this.#near.create(reach, name, tokenOf);
  }

  pair(reach: Reach, name: string, phoneNumber: string | undefined, call: Call): Promise<InstanceView> {
    return this.#router.run('pair', { reach, name }, call, phoneNumber);
  }

  start(reach: Reach, name: string, call: Call): Promise<InstanceView> {
    return this.#router.run('start', { reach, name }, call, undefined);
  }

  stop(reach: Reach, name: string, call: Call): Promise<InstanceView> {
    return this.#router.run('stop', { reach, name }, call, undefined);
  }

  unlink(reach: Reach, name: string, call: Call): Promise<InstanceView> {
    return this.#router.run('unlink', { reach, name }, call, undefined);
  }

  async delete(reach: Reach, name: string, call: Call): Promise<void> {
    try {
      await this.#router.run('delete', { reach, name }, call, undefined);
    } catch (error) {
      const cause = error instanceof OutcomeUnknownError ? error.cause : undefined;
      // The node that was lost has deleted it.
      if (!(cause instanceof PrivetError && cause.code === 'NOT_FOUND')) throw error;
    }
  }
}

import { afterAll, afterEach, expect } from 'vitest';
import { connectRest, type RestAnswer, type RestCall, type RestClient } from '../../src/rest/rest.fixture.ts';
import { bootPrivet, type LinkedInstance, type TestPrivet } from './privet.ts';

export const PROFILE = '/api/profile/privacy/shop-1';
export const USERS = '/users/me/privacy';

interface UnsentRest {
  readonly privet: TestPrivet;
  /** The instance `shop-1`. */
  readonly linked: LinkedInstance;
  readonly rest: RestClient;
  post(body: unknown, more?: RestCall): Promise<RestAnswer>;
  patch(body: unknown, more?: RestCall): Promise<RestAnswer>;
}

/** One service for all tests of a file, whose calls over REST must send WhatsApp nothing: each test ends with a look. */
export async function unsentRest(): Promise<UnsentRest> {
  const privet = await bootPrivet();
  afterAll(() => privet[Symbol.asyncDispose]());
  const linked = await privet.link('shop-1');
  const rest = await connectRest(privet.url);
  const received = (): number =>
    privet.simulator.account(linked.phoneNumber).stanzas.filter(({ xmlns }) => xmlns === 'privacy').length;
  const before = received();
  afterEach(() => expect(received(), 'privacy stanzas sent to WhatsApp').toBe(before));
  return {
    privet,
    linked,
    rest,
    post: (body, more = {}) => rest.send('POST', PROFILE, { headers: { token: linked.token, ...more.headers }, body }),
    patch: (body, more = {}) =>
      rest.send('PATCH', USERS, { headers: { authorization: linked.token, ...more.headers }, body }),
  };
}

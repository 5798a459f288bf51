import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ENDINGS, endingToken } from './support/ending-tokens.ts';
import { sendHalf } from './support/half-sent.ts';
import { bootPrivet, type GraphQLAnswer, type TestPrivet } from './support/privet.ts';

const RATE_LIMIT = 1_000_000;
/** Time enough for a token to end while WhatsApp answers, in milliseconds. */
const SLOW_MS = 3_000;
/** Of one token at once, half by each edge. */
const CALLS = 24;

let privet: TestPrivet;
let shop: Awaited<ReturnType<typeof linkInstance>>;
beforeAll(async () => {
  privet = await bootPrivet({ env: { PRIVET_RATE_LIMIT: String(RATE_LIMIT) } });
  shop = await linkInstance('shop');
});
afterAll(() => privet[Symbol.asyncDispose]());

/** An instance, and what is done to it. */
async function linkInstance(name: string) {
  const { phoneNumber } = await privet.link(name);
  const path = `${privet.url}/api/profile/privacy/${name}`;
  return {
    phoneNumber,
    path,
    writes: (): number =>
      privet.simulator.account(phoneNumber).stanzas.filter(({ category }) => category !== undefined).length,
    update: (token: string, lastSeen: string): Promise<GraphQLAnswer> =>
      privet.graphql(
        `mutation { updatePrivacy(instance: "${name}", input: { visibility: { lastSeen: ${lastSeen} } }) { outcomes { result } } }`,
        {},
        token,
      ),
    restUpdate: (token: string, lastSeen: string): Promise<Response> =>
      fetch(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', token },
        body: JSON.stringify({ visibility: { lastSeen } }),
      }),
    /** The next read is answered late, so that an update takes long. */
    slowRead: () =>
      privet.simulator.addFault({
        phoneNumber,
        times: 1,
        do: 'delay',
        match: { xmlns: 'privacy', type: 'get' },
        ms: SLOW_MS,
      }),
  };
}

const codeOf = ({ errors }: GraphQLAnswer): unknown => errors?.[0]?.extensions['code'];

/** How many calls of a token without READ were let in, this question not included. */
const letIn = async (token: string): Promise<number> => {
  const { headers } = await fetch(`${privet.url}/users/me/privacy`, { headers: { token } });
  return RATE_LIMIT - Number(headers.get('x-ratelimit-remaining')) - 1;
};

describe('a token that ends', () => {
  test('makes nothing by a body that is complete only afterwards', async () => {
    const body = JSON.stringify({ visibility: { lastSeen: 'none' } });
    const written = shop.writes();
    const answers = ENDINGS.map(async (ending) => {
      const { token, end } = await endingToken(privet, ending, ['READ', 'WRITE', 'PAIR', 'ADMIN']);
      const fields = ['createToken(input: { label: "stolen" }) { token }', 'createInstance(name: "stolen") { token }'];
      const halves = await Promise.all([
        ...fields.map((field) =>
          sendHalf(`${privet.url}/graphql`, {
            headers: { authorization: `Bearer ${token}` },
            body: JSON.stringify({ query: `mutation { ${field} }` }),
          }),
        ),
        sendHalf(shop.path, { headers: { token }, body }),
      ]);
      await end();
      return Promise.all(halves.map((half) => half.finish()));
    });
    for (const answer of (await Promise.all(answers)).flat()) {
      expect(answer).toEqual({ status: 401, body: expect.stringContaining('A valid token is required') as unknown });
    }
    const { data } = await privet.graphql<{ tokens: { nodes: { label: string }[] }; instance: unknown }>(
      '{ tokens(first: 100) { nodes { label } } instance(name: "stolen") { id } }',
    );
    expect(data?.tokens.nodes.filter(({ label }) => label === 'stolen')).toEqual([]);
    expect([data?.instance, shop.writes()]).toEqual([null, written]);
  });

  test('makes nothing by what follows in the document that ends it', async () => {
    const { data } = await privet.graphql<{ createToken: { token: string; details: { id: string } } }>(
      'mutation { createToken(input: { scopes: [PAIR, ADMIN] }) { token details { id } } }',
    );
    const { token, details } = data?.createToken ?? {};
    const { data: done, errors } = await privet.graphql(
      `mutation { ended: revokeToken(id: "${details?.id ?? ''}") { id } createInstance(name: "behind") { token } }`,
      {},
      token,
    );
    expect(done).toEqual({ ended: { id: details?.id }, createInstance: null });
    expect(errors).toMatchObject([{ path: ['createInstance'], extensions: { code: 'UNAUTHENTICATED' } }]);
    expect((await privet.graphql('{ instance(name: "behind") { id } }')).data).toEqual({ instance: null });
  });

  test('changes nothing by calls that wait for their turn, and what had begun is answered truthfully', async () => {
    await shop.update(privet.token, 'ALL');
    const tokens = await Promise.all(ENDINGS.map((ending) => endingToken(privet, ending, ['WRITE'])));
    const written = shop.writes();
    using _slow = shop.slowRead();
    let isFirstAnswered = false;
    const first = shop.update(tokens[0]?.token ?? '', 'CONTACTS').finally(() => (isFirstAnswered = true));
    await expect.poll(shop.writes).toBe(written + 1);
    const waiting = tokens.flatMap(({ token }) =>
      Array.from({ length: CALLS / tokens.length }, async (_, i) => {
        const answer = await (i % 2 === 0 ? shop.update(token, 'NONE') : shop.restUpdate(token, 'none'));
        return { status: answer.status, isFirstAnswered };
      }),
    );
    for (const [i, { token }] of tokens.entries()) {
      let asked = 0;
      await expect.poll(async () => (await letIn(token)) - asked++).toBe(CALLS / tokens.length + (i === 0 ? 1 : 0));
    }

    await Promise.all(tokens.map(({ end }) => end()));
    for (const answer of await Promise.all(waiting)) expect(answer).toEqual({ status: 401, isFirstAnswered: false });
    expect(await first).toMatchObject({ data: { updatePrivacy: { outcomes: [{ result: 'APPLIED' }] } } });
    // Its turn comes behind whatever else had one.
    await shop.update(privet.token, 'NONE');
    expect(shop.writes()).toBe(written + 2);
  });

  test('changes nothing by a call that waits for its instance to be connected', async () => {
    const { token, end } = await endingToken(privet, 'revoked here', ['WRITE']);
    await shop.update(privet.token, 'ALL');
    const written = shop.writes();
    await privet.simulator.pause();
    await privet.waitForState('shop', 'RECONNECTING', 'CONNECTING');
    const waiting = shop.update(token, 'NONE');
    let asked = 0;
    await expect.poll(async () => (await letIn(token)) - asked++).toBe(1);
    await end();
    expect(codeOf(await waiting)).toBe('UNAUTHENTICATED');
    await privet.simulator.resume();
    await privet.waitForState('shop', 'OPEN');
    expect(await shop.update(privet.token, 'ALL')).toMatchObject({
      data: { updatePrivacy: { outcomes: [{ result: 'ALREADY_SET' }] } },
    });
    expect(shop.writes()).toBe(written);
  });

  test('writes nothing where only a read shows, after its end, that there is something to write', async () => {
    const { token, end } = await endingToken(privet, 'revoked here', ['WRITE']);
    await shop.update(privet.token, 'ALL');
    const written = shop.writes();
    privet.simulator.setPrivacy(shop.phoneNumber, 'last', 'none', { notify: false });
    using slow = shop.slowRead();
    const waiting = shop.update(token, 'ALL');
    await expect.poll(() => slow.hits).toBe(1);
    await end();
    expect(codeOf(await waiting)).toBe('UNAUTHENTICATED');
    expect(await shop.update(privet.token, 'NONE')).toMatchObject({
      data: { updatePrivacy: { outcomes: [{ result: 'ALREADY_SET' }] } },
    });
    expect(shop.writes()).toBe(written);
  });

  test('is not answered with what it may not read any more', async () => {
    const { token, end } = await endingToken(privet, 'revoked here', ['READ']);
    using slow = shop.slowRead();
    const [graphql, rest] = [
      privet.graphql('{ privacy(instance: "shop") { visibility { lastSeen } } }', {}, token),
      fetch(shop.path, { headers: { token } }),
    ];
    await expect.poll(() => slow.hits).toBe(1);
    await end();
    expect([codeOf(await graphql), (await rest).status]).toEqual(['UNAUTHENTICATED', 401]);
  });

  test("ends no instance's life by a call that waits for another change of it", async () => {
    const { token, end } = await endingToken(privet, 'revoked here', ['PAIR', 'ADMIN']);
    const cafe = await privet.link('cafe');
    const logouts = privet.simulator.addFault({
      phoneNumber: cafe.phoneNumber,
      do: 'delay',
      match: { xmlns: 'md' },
      ms: SLOW_MS,
    });
    const unlinking = privet.graphql<{ unlinkInstance: { state: string } }>(
      'mutation { unlinkInstance(instance: "cafe") { state } }',
    );
    await expect.poll(() => logouts.hits).toBe(1);
    const fields = ['deleteInstance(instance: "cafe") { name }', 'pairInstance(instance: "cafe") { state }'];
    const waiting = fields.map((field) => privet.graphql(`mutation { ${field} }`, {}, token));
    let asked = 0;
    await expect.poll(async () => (await letIn(token)) - asked++).toBe(2);
    await end();
    for (const answer of await Promise.all(waiting)) expect(codeOf(answer)).toBe('UNAUTHENTICATED');
    expect((await unlinking).data).toEqual({ unlinkInstance: { state: 'LOGGED_OUT' } });
    expect((await privet.graphql('{ instance(name: "cafe") { state } }')).data).toEqual({
      instance: { state: 'LOGGED_OUT' },
    });
  });
});

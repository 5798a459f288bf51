import { describe, expect, test } from 'vitest';
import { profileError, usersError } from '../src/rest/rest.fixture.ts';
import { PROFILE, USERS, unsentRest } from './support/unsent-rest.ts';

const { privet, linked, rest, post, patch } = await unsentRest();

describe('before a body is looked at', () => {
  const VALID = { privacy: { readReceipts: 'none' } };

  test('no token, or one that nobody has: 401 in each envelope', async () => {
    for (const headers of [{}, { token: 'x'.repeat(40) }, { authorization: 'Bearer' }, { token: '' }]) {
      for (const [method, body] of [
        ['POST', VALID],
        ['GET', undefined],
      ] as const) {
        const answer = await rest.send(method, PROFILE, { headers, body });
        expect(answer.body).toStrictEqual(profileError('A valid token is required: send it in the header "token"'));
        expect(answer.status).toBe(401);
      }
      for (const method of ['PATCH', 'GET']) {
        const answer = await rest.send(method, USERS, { headers });
        expect(answer.body).toStrictEqual(usersError(401, 'Unauthorized', 'Invalid or missing authentication'));
        expect(answer.status).toBe(401);
      }
    }
  });

  test.each(['nowhere', 'shop-2', 'SHOP-1', 'shop-1%2F', 'a%20b', 'x'.repeat(3_000)])(
    'an instance that is not there, %j: 404',
    async (segment) => {
      // Of a long one its beginning.
      const name = decodeURIComponent(segment).replace(/^x{3000}$/, `${'x'.repeat(99)}…`);
      for (const [method, body] of [
        ['POST', VALID],
        ['GET', undefined],
      ] as const) {
        const answer = await rest.send(method, `/api/profile/privacy/${segment}`, {
          headers: { token: privet.token },
          body,
        });
        expect(answer.body).toStrictEqual(profileError(`There is no instance named "${name}"`));
        expect(answer.status).toBe(404);
      }
    },
  );

  test.each(['%', '%zz', '%ff', 'a%c3b'])('a name that is not percent-encoded, %j: 400', async (segment) => {
    const answer = await rest.send('GET', `/api/profile/privacy/${segment}`, { headers: { token: privet.token } });
    expect(answer.body).toStrictEqual(profileError('The instance name in the path is not percent-encoded UTF-8'));
    expect(answer.status).toBe(400);
  });

  test.each(['/api/profile/privacy/', '/api/profile/privacy', `${PROFILE}/`, `${PROFILE}/x`, '/api/messages/send'])(
    'no endpoint, %j: 404',
    async (path) => {
      const answer = await rest.send('POST', path, { headers: { token: privet.token }, body: VALID });
      expect([answer.status, answer.body]).toStrictEqual([404, profileError('There is nothing at this path')]);
    },
  );

  test('no endpoint below /users/: 404 in the other envelope', async () => {
    const answer = await rest.send('GET', '/users/me/avatar');
    expect([answer.status, answer.body]).toStrictEqual([
      404,
      usersError(404, 'Not found', 'There is nothing at this path'),
    ]);
  });

  test('another method: 405 with those that are possible', async () => {
    for (const method of ['PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
      const answer = await rest.send(method, PROFILE, { headers: { token: linked.token } });
      expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD, POST']);
      expect(answer.body).toStrictEqual(profileError('Only GET, HEAD, POST is possible here'));
    }
    for (const method of ['PUT', 'POST', 'DELETE', 'OPTIONS']) {
      const answer = await rest.send(method, USERS, { headers: { token: linked.token } });
      expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD, PATCH']);
      expect(answer.body).toStrictEqual(
        usersError(405, 'Method not allowed', 'Only GET, HEAD, PATCH is possible here'),
      );
    }
    expect((await fetch(`${privet.url}/openapi.json`, { method: 'POST' })).headers.get('allow')).toBe('GET, HEAD');
  });

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'application/graphql+json', ''])(
    'another content type, %j: 415',
    async (type) => {
      const headers = { 'content-type': type };
      const profile = await post(VALID, { headers });
      expect([profile.status, profile.body]).toStrictEqual([415, profileError('The body must be application/json')]);
      const users = await patch({ setting: 'last_seen', value: 'none' }, { headers });
      expect(users.status).toBe(415);
      expect(users.body).toStrictEqual(usersError(415, 'Unsupported media type', 'The body must be application/json'));
    },
  );

  test('a body of more than 64 KiB: 413', async () => {
    const body = `{"visibility":{"lastSeen":"${'x'.repeat(65 * 1024)}"}}`;
    const profile = await post(body);
    expect([profile.status, profile.body]).toStrictEqual([413, profileError('The body may be 64 KiB at most')]);
    const users = await patch(body);
    expect(users.status).toBe(413);
    expect(users.body).toStrictEqual(usersError(413, 'Content too large', 'The body may be 64 KiB at most'));
  });

  test('a body without its length: 411', async () => {
    for (const [method, path] of [
      ['POST', PROFILE],
      ['PATCH', USERS],
    ] as const) {
      const response = await fetch(privet.url + path, {
        method,
        headers: { token: linked.token, 'content-type': 'application/json' },
        body: new Blob(['{}']).stream(),
        duplex: 'half',
      } as RequestInit);
      const message = 'The body needs a Content-Length header';
      expect(response.status).toBe(411);
      expect(await response.json()).toStrictEqual(
        path === USERS ? usersError(411, 'Length required', message) : profileError(message),
      );
    }
  });
});

import { createConfig, lintFromString } from '@redocly/openapi-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../src/clock.ts';
import { fieldSpecs } from '../src/privacy/fields.ts';
import { createJudge, type Description } from '../src/rest/rest.fixture.ts';
import { createRestRoute } from '../src/rest/rest.ts';
import { VERSION } from '../src/version.ts';
import { FakeFleet, fakeGate, serveFake } from './graphql-fakes.ts';

// That the answers are as described is checked with every answer of the other REST tests.

const sessions = new FakeFleet('demo');
let server: Awaited<ReturnType<typeof serveFake>>;
let description: Description;
let judge: ReturnType<typeof createJudge>;

beforeAll(async () => {
  const route = createRestRoute({ ...sessions.calls, gate: fakeGate(), clock: systemClock });
  server = await serveFake(sessions, { routes: [route] });
  const response = await fetch(`${server.url}/openapi.json`);
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/json']);
  description = (await response.json()) as Description;
  judge = createJudge(description);
});
afterAll(() => server[Symbol.asyncDispose]());

/** Every object in the description, with where it stands. */
function* objectsIn(value: unknown, at = '#'): Generator<[at: string, object: Record<string, unknown>]> {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) yield [at, value as Record<string, unknown>];
  for (const [key, inner] of Object.entries(value)) yield* objectsIn(inner, `${at}/${key}`);
}

test('it is OpenAPI 3.1: four operations, each with what a reader needs', () => {
  expect(description).toMatchObject({
    openapi: '3.1.0',
    info: { title: expect.any(String) as string, version: VERSION, license: { identifier: 'MIT' } },
    servers: [{ url: '/' }],
  });
  const operations = Object.entries(description.paths).flatMap(([path, item]) =>
    Object.keys(item)
      .filter((key) => ['get', 'post', 'patch'].includes(key))
      .map((method) => `${method} ${path}`),
  );
  expect(operations).toEqual([
    'get /api/profile/privacy/{instance}',
    'post /api/profile/privacy/{instance}',
    'get /users/me/privacy',
    'patch /users/me/privacy',
  ]);
  const ids = [...objectsIn(description)].flatMap(([, { operationId }]) => operationId ?? []);
  expect(new Set(ids).size).toBe(4);
});

test('a linter that others hold it against finds nothing, with no rule of its recommended ones off', async () => {
  const config = await createConfig({ extends: ['recommended'] });
  const problems = await lintFromString({ source: JSON.stringify(description), config });
  expect(problems.map(({ severity, ruleId, message }) => `${severity} ${ruleId}: ${message}`)).toEqual([]);
});

test('a body of an update has a setting and a value, whichever branch it takes: also for types that are made of it', () => {
  const { oneOf } = description.components.schemas['UsersUpdate'] as { oneOf: { required?: string[] }[] };
  expect(oneOf.map(({ required }) => required)).toEqual(oneOf.map(() => ['setting', 'value']));
  for (const body of [{}, { setting: 'last_seen' }, { value: 'all' }]) {
    expect(judge('#/components/schemas/UsersUpdate', body), JSON.stringify(body)).toBeDefined();
  }
});

test('every reference leads somewhere, and every schema is one', () => {
  for (const [at, { $ref }] of objectsIn(description)) {
    if (typeof $ref !== 'string') continue;
    expect(Object.keys(description.components.schemas), at).toContain($ref.replace('#/components/schemas/', ''));
  }
  for (const name of Object.keys(description.components.schemas)) {
    expect(() => judge(`#/components/schemas/${name}`, {})).not.toThrow();
  }
});

test('every response has a description and a schema', () => {
  for (const [at, { responses }] of objectsIn(description)) {
    for (const [status, response] of Object.entries(responses ?? {})) {
      expect(response, `${at} ${status}`).toMatchObject({
        description: expect.stringMatching(/\S/) as string,
        content: { 'application/json': { schema: { $ref: expect.any(String) as string } } },
      });
    }
  }
});

test('examples of bodies are what their schemas say, and are taken', async () => {
  const headers = { token: 'account', 'content-type': 'application/json' };
  const examples = [...objectsIn(description)].flatMap(([at, { example, schema }]) =>
    example === undefined ? [] : [{ at, example, schema: schema as { $ref: string } }],
  );
  expect(examples).toHaveLength(2);
  for (const { at, example, schema } of examples) {
    expect(judge(schema.$ref, example)).toBeUndefined();
    const [path, method] = at.includes('users')
      ? ['/users/me/privacy', 'PATCH']
      : ['/api/profile/privacy/demo', 'POST'];
    const response = await fetch(server.url + path, { method, headers, body: JSON.stringify(example) });
    expect(response.status, at).toBe(200);
  }
});

describe('bodies: the schema and the service are of one opinion', () => {
  const UPDATE = '#/components/schemas/ProfileUpdate';
  const WORDS = [...new Set(fieldSpecs.flatMap(({ values }) => Object.values(values))), 'ALL', '', 5, true, [], {}];

  test.each(fieldSpecs.map(({ name, section }) => ({ name, section })))('$section.$name', async ({ name, section }) => {
    for (const value of WORDS) {
      const body = { [section]: { [name]: value } };
      const response = await fetch(`${server.url}/api/profile/privacy/demo`, {
        method: 'POST',
        headers: { token: 'account', 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      expect(response.status, JSON.stringify(body)).toBe(judge(UPDATE, body) === undefined ? 200 : 400);
    }
  });

  test.each(['last_seen', 'profile_picture', 'status', 'read_receipts', 'groups', 'online', 'lastSeen'])(
    '%s',
    async (setting) => {
      for (const value of [...WORDS, null, undefined]) {
        const body = { setting, value };
        const response = await fetch(`${server.url}/users/me/privacy`, {
          method: 'PATCH',
          headers: { token: 'account', 'content-type': 'application/json' },
          body: JSON.stringify(body),
        });
        const isDescribed = judge('#/components/schemas/UsersUpdate', JSON.parse(JSON.stringify(body))) === undefined;
        expect(response.status, JSON.stringify(body)).toBe(isDescribed ? 200 : 400);
      }
    },
  );

  test.each([{ visibility: null, privacy: { readReceipts: 'none' } }, { visibility: { status: null, online: 'all' } }])(
    'null counts as absent: %j',
    (body) => expect(judge(UPDATE, body)).toBeUndefined(),
  );
});

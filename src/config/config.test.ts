import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { OperatorError } from '../errors.ts';
import { configWarnings, createConfig, createSettings } from './config.ts';
import { readEnv } from './env.ts';
import { createSecrets, textsOf } from './secrets.ts';
import type { EnvName } from './variables.ts';

const config = (values: Record<string, string>) => createConfig(readEnv(values));

const refusal = (values: Record<string, string>): string => {
  try {
    createSettings(readEnv(values));
  } catch (error) {
    if (error instanceof OperatorError) return error.message;
    throw error;
  }
  return 'accepted';
};

test('an empty environment gives the defaults', () => {
  expect(config({})).toEqual({
    host: '127.0.0.1',
    port: 4000,
    logLevel: 'info',
    dataDir: resolve('data'),
    whatsapp: { url: undefined, rootKey: undefined, rootSerial: undefined },
    rateLimit: 100,
    corsOrigins: [],
    trustedProxyHops: 0,
    metrics: { host: '127.0.0.1', port: undefined, onMainPort: true },
    node: { name: undefined, host: '127.0.0.1', port: 0, url: undefined },
    loginRate: 20,
    drainMs: 20_000,
    rebalanceMs: 60_000,
    console: true,
    graphiql: true,
  });
  expect(createSecrets(readEnv({}))).toEqual({});
});

test('an empty string counts as unset', () => {
  expect(config({ PORT: '', HOST: '', PRIVET_DATA: '', PRIVET_CONSOLE: '', PRIVET_GRAPHIQL: '' })).toEqual(config({}));
});

test('good values arrive', () => {
  const values = {
    HOST: '0.0.0.0',
    PORT: '0',
    LOG_LEVEL: 'DEBUG',
    PRIVET_DATA: '/srv/privet',
    PRIVET_WHATSAPP_URL: 'ws://127.0.0.1:9000/ws/chat',
    PRIVET_WHATSAPP_ROOT_KEY: 'AB'.repeat(32),
    PRIVET_WHATSAPP_ROOT_SERIAL: '7',
    PRIVET_RATE_LIMIT: '5',
    PRIVET_CORS_ORIGINS: 'https://a.example, http://localhost:3000',
    PRIVET_TRUSTED_PROXY_HOPS: '1',
    PRIVET_METRICS_HOST: '::1',
    PRIVET_METRICS_PORT: '9464',
    PRIVET_NODE: 'shop-7f9.b_1',
    PRIVET_NODE_HOST: '10.0.0.5',
    PRIVET_NODE_PORT: '4001',
    PRIVET_NODE_URL: 'http://node.example:4001/',
    PRIVET_LOGIN_RATE: '40',
    PRIVET_DRAIN_SECONDS: '60',
    PRIVET_REBALANCE_SECONDS: '0',
  };
  expect(config(values)).toEqual({
    host: '0.0.0.0',
    port: 0,
    logLevel: 'debug',
    dataDir: '/srv/privet',
    whatsapp: { url: 'ws://127.0.0.1:9000/ws/chat', rootKey: 'ab'.repeat(32), rootSerial: 7 },
    rateLimit: 5,
    corsOrigins: ['https://a.example', 'http://localhost:3000'],
    trustedProxyHops: 1,
    metrics: { host: '::1', port: 9464, onMainPort: false },
    node: { name: 'shop-7f9.b_1', host: '10.0.0.5', port: 4001, url: 'http://node.example:4001' },
    loginRate: 40,
    drainMs: 60_000,
    rebalanceMs: 0,
    console: false,
    graphiql: false,
  });
});

test.each([
  ['localhost', true],
  ['::1', true],
  ['127.0.0.2', true],
  ['0.0.0.0', false],
  ['privet.example', false],
])('GraphiQL and the console with HOST %s are on: %s', (host, on) => {
  expect(config({ HOST: host })).toMatchObject({ console: on, graphiql: on });
  expect(config({ HOST: host, PRIVET_GRAPHIQL: 'on' })).toMatchObject({ console: on, graphiql: true });
  expect(config({ HOST: host, PRIVET_GRAPHIQL: 'off' })).toMatchObject({ console: on, graphiql: false });
  expect(config({ HOST: host, PRIVET_CONSOLE: 'on' })).toMatchObject({ console: true, graphiql: on });
  expect(config({ HOST: host, PRIVET_CONSOLE: 'off' })).toMatchObject({ console: false, graphiql: on });
});

test('behind a proxy both are off, unless they are asked for', () => {
  const behind = { PRIVET_TRUSTED_PROXY_HOPS: '1' };
  expect(config(behind)).toMatchObject({ console: false, graphiql: false });
  expect(config({ ...behind, PRIVET_CONSOLE: 'on', PRIVET_GRAPHIQL: 'on' })).toMatchObject({
    console: true,
    graphiql: true,
  });
});

test.each([
  [{}, true],
  [{ HOST: 'localhost' }, true],
  [{ HOST: '0.0.0.0' }, false],
  [{ HOST: 'privet.example' }, false],
  [{ PRIVET_METRICS_PORT: '9464' }, false],
  [{ PRIVET_TRUSTED_PROXY_HOPS: '1' }, false],
])('metrics on the main port with %j: %s', (values: Record<string, string>, on) => {
  expect(config(values).metrics.onMainPort).toBe(on);
});

const BAD: Record<Exclude<EnvName, 'PRIVET_DATA'>, string[]> = {
  HOST: ['a b', 'http://x', '999.1.1.1', '-x', 'x:80'],
  PORT: ['x', '-1', '65536', '80.5', '0x50', ' 80'],
  LOG_LEVEL: ['verbose', '3'],
  DATABASE_URL: ['x', 'mysql://u:p@h/d', 'postgres://u:p@h/d?sslmode=prefer', 'postgres://h/d?sslmode=verify-ca'],
  PRIVET_ACCOUNT_TOKEN: ['short', 'x'.repeat(31), 'x'.repeat(513), `${'x'.repeat(40)}\n`, 'ü'.repeat(40)],
  PRIVET_ENCRYPTION_KEY: ['x', 'ab'.repeat(31), 'ab'.repeat(33), 'g'.repeat(64)],
  PRIVET_NEW_ENCRYPTION_KEY: ['x', 'ab'.repeat(31)],
  PRIVET_WHATSAPP_URL: ['localhost', 'http://localhost', 'ws//x'],
  PRIVET_WHATSAPP_ROOT_KEY: ['ab', 'ab'.repeat(33), 'zz'.repeat(32)],
  PRIVET_WHATSAPP_ROOT_SERIAL: ['-1', 'x', '4294967296'],
  PRIVET_RATE_LIMIT: ['0', '-5', '1e3', 'none'],
  PRIVET_CORS_ORIGINS: ['*', 'a.example', 'https://a.example/path', 'https://a.example,ftp://b'],
  PRIVET_TRUSTED_PROXY_HOPS: ['-1', '11', 'true'],
  PRIVET_METRICS_HOST: ['a b'],
  PRIVET_METRICS_PORT: ['99999', 'off'],
  PRIVET_NODE: ['a b', '-a', 'a/b', 'x'.repeat(64)],
  PRIVET_NODE_HOST: ['a b'],
  PRIVET_NODE_PORT: ['65536', 'any'],
  PRIVET_NODE_URL: ['10.0.0.5:4001', 'https://a.example', 'http://a.example/path', 'http://u:p@a.example'],
  PRIVET_LOGIN_RATE: ['0', '1001', 'fast'],
  PRIVET_DRAIN_SECONDS: ['-1', '3601', '20s'],
  PRIVET_REBALANCE_SECONDS: ['-1', '86401', 'off'],
  PRIVET_CONSOLE: ['yes', '1', 'ON', 'true'],
  PRIVET_GRAPHIQL: ['yes', '1', 'ON'],
};

test('an origin with a slash at its end is told that the slash is it', () => {
  expect(refusal({ PRIVET_CORS_ORIGINS: 'https://a.example/' })).toContain('slash at the end');
});

describe.each(Object.entries(BAD))('a bad %s', (name, values) => {
  test.each(values)('is refused in one line that names it: %j', (value) => {
    const message = refusal({ [name]: value });
    expect(message).toMatch(new RegExp(`^${name} must `));
    expect(message).not.toContain('\n');
  });
});

test.each(['DATABASE_URL', 'PRIVET_ACCOUNT_TOKEN', 'PRIVET_ENCRYPTION_KEY', 'PRIVET_NEW_ENCRYPTION_KEY'])(
  'a refused %s is not repeated',
  (name) => {
    expect(refusal({ [name]: 'canary-8e1f' })).not.toContain('canary-8e1f');
  },
);

test.each([
  ['hex', Buffer.alloc(32, 0xab).toString('hex')],
  ['base64', Buffer.alloc(32, 0xab).toString('base64')],
])('the encryption key is taken as %s', (_form, text) => {
  expect(createSecrets(readEnv({ PRIVET_ENCRYPTION_KEY: text })).encryptionKey).toEqual(Buffer.alloc(32, 0xab));
});

test('a database of Postgres needs a key of its own, and its URL is taken as it is', () => {
  const url = 'postgresql://privet:a%2Fb@db.example:5433/privet?sslmode=verify-full';
  expect(refusal({ DATABASE_URL: url })).toMatch(/^PRIVET_ENCRYPTION_KEY must be set where DATABASE_URL is: 32 bytes/);
  expect(refusal({ DATABASE_URL: url, PORT: 'x' }).split('\n')).toHaveLength(2);
  const secrets = createSecrets(readEnv({ DATABASE_URL: url, PRIVET_ENCRYPTION_KEY: 'ab'.repeat(32) }));
  expect(secrets.databaseUrl).toBe(url);
  expect(textsOf(secrets)).toEqual(expect.arrayContaining([url, 'a%2Fb', 'a/b']));
});

test('the account token may be any string of 32 characters or more', () => {
  const token = 'correct horse battery staple 123';
  expect(token).toHaveLength(32);
  expect(createSecrets(readEnv({ PRIVET_ACCOUNT_TOKEN: token })).accountToken).toBe(token);
});

test('all bad values of one environment are told together, and the good ones are not', () => {
  const every = Object.entries(BAD).map(([name, [value = '']]) => [name, value] as const);
  const lines = refusal({ ...Object.fromEntries(every), PRIVET_DATA: 'x' }).split('\n');
  expect(new Set(lines.map((line) => line.split(' must ')[0]))).toEqual(new Set(Object.keys(BAD)));
  expect(lines).toHaveLength(Object.keys(BAD).length);
  expect(refusal({ HOST: 'a b', PORT: '80' })).toMatch(/^HOST must .*$/);
});

test('an unknown PRIVET_* is a warning that names it; other variables are nobody’s business', () => {
  const warnings = configWarnings(readEnv({ PRIVET_XYZZY: '1', PATH: '/bin', PRIVET_DATA: 'x' }));
  expect(warnings).toEqual(['PRIVET_XYZZY is not a variable of this service and is ignored']);
});

test('what commands over HTTP read is nothing to the service, whatever it is', () => {
  const env = { PRIVET_URL: 'nonsense', PRIVET_TOKEN: 'short' };
  expect([configWarnings(readEnv(env)), config(env)]).toEqual([[], config({})]);
});

test.each([
  ['PRIVET_PROT', 'PORT'],
  ['PRIVET_PORT', 'PORT'],
  ['PRIVET_LOGLEVEL', 'LOG_LEVEL'],
  ['PRIVET_RATELIMIT', 'PRIVET_RATE_LIMIT'],
  ['PRIVET_CORS_ORIGIN', 'PRIVET_CORS_ORIGINS'],
  ['PRIVET_ENCRYPTION_KEYS', 'PRIVET_ENCRYPTION_KEY'],
  ['PRIVET_data', 'PRIVET_DATA'],
  ['PRIVET_TOKENS', 'PRIVET_TOKEN'],
])('for an unknown %s, %s is named', (unknown, near) => {
  const [warning] = configWarnings(readEnv({ [unknown]: '1' }));
  expect(warning).toBe(`${unknown} is not a variable of this service and is ignored; did you mean ${near}?`);
});

test('an unencrypted URL of another machine is a warning', () => {
  const warn = (url: string) => configWarnings(readEnv({ PRIVET_WHATSAPP_URL: url })).length;
  expect([warn('ws://10.0.0.1/'), warn('ws://[::1]:1/'), warn('ws://127.0.0.1:1/'), warn('wss://x.example/')]).toEqual([
    1, 0, 0, 0,
  ]);
});

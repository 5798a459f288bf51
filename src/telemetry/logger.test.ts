import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { COMPONENTS, componentLogger, createLogger } from './logger.ts';
import { scrub } from './scrub.ts';

const capture = (secrets: string[] = []) => {
  const lines: string[] = [];
  const log = createLogger({ level: 'trace', destination: { write: (line) => void lines.push(line) }, secrets });
  return { log, lines };
};

const key = randomBytes(32);

const CANARIES: Record<string, string> = {
  'an account token': 'pvta_0aB1cD2eF3gH_0123456789abcdefghijABCDEFGHIJ0123456789abcdef9xY2Zab',
  'an instance token': 'pvti_0aB1cD2eF3gH_zzzzzzzzzzabcdefghijABCDEFGHIJ0123456789abcdef9xY2Zab',
  'a phone number': '4915112345678',
  'a phone number with a plus': '+49 151 1234-5678',
  'a JID': '4915112345678@s.whatsapp.net',
  'a device JID': '4915112345678:12@s.whatsapp.net',
  'a LID': '123456789012345@lid',
  'a QR text': `2@${randomBytes(48).toString('base64')},${key.toString('base64')},${randomBytes(32).toString('base64')}`,
  'a QR link': `https://wa.me/settings/linked_devices#2@${randomBytes(48).toString('base64')}`,
  'a key in base64': key.toString('base64'),
  'a key in base64url': key.toString('base64url'),
  'a key in hex': key.toString('hex'),
  'a bearer header': 'Bearer correct-horse-battery-staple-and-more',
};

const parts = (secret: string): string[] => secret.split(/[^\w+/=-]+/).filter((part) => part.length > 11);

test('a key is seen at whatever place of a line it stands', () => {
  const secret = key.toString('base64url');
  const seen = Array.from({ length: 2 * secret.length }, (_, at) => scrub(`{"text":"${' '.repeat(at)}${secret}"}`));
  expect(seen.filter((line) => line.includes(secret))).toEqual([]);
});

test.each(Object.entries(CANARIES))('%s appears in no line, wherever it stands', (_name, secret) => {
  const { log, lines } = capture();
  log.info(secret);
  log.info(`before ${secret} after`);
  log.info({ a: { b: { c: { d: [secret] } } } }, 'nested');
  log.info({ [secret]: 1 }, 'as a key');
  log.error(new Error(`failed for ${secret}`, { cause: new Error(secret) }));
  log.info({ text: JSON.stringify({ inner: secret }) }, 'JSON in JSON');
  log.child({ who: secret }).warn('child');
  log.info('%s and %j', secret, { secret });
  expect(lines).toHaveLength(8);
  for (const line of lines) {
    expect(line).not.toContain(secret);
    const hidden = parts(secret).filter(
      (part) => !/^(Bearer|whatsapp|s\.whatsapp\.net|linked_devices|settings)$/.test(part),
    );
    for (const part of hidden) expect(line).not.toContain(part);
    expect(() => JSON.parse(line) as unknown).not.toThrow();
  }
});

test('bytes appear in no form', () => {
  const { log, lines } = capture();
  log.info({ buffer: key, array: new Uint8Array(key), deep: { pair: { private: key, public: key } } });
  const numbers = [...key].join(',');
  expect(lines.join('')).not.toContain(numbers);
  expect(lines.join('')).not.toMatch(/"3":\d/);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ buffer: '[bytes]', array: '[bytes]' });
});

test('properties with secret names are hidden at any depth', () => {
  const { log, lines } = capture();
  log.info({ token: 'short', x: { y: { z: { qr: 'q"uoted', phoneNumber: 49151, Authorization: 'abc' } } } });
  log.info({ req: { headers: { cookie: 'a' } }, creds: { noiseKey: 'n' }, headers: { a: 1 } });
  expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
    {
      token: '[redacted]',
      x: { y: { z: { qr: '[redacted]', phoneNumber: '[redacted]', Authorization: '[redacted]' } } },
    },
    { req: { headers: { cookie: '[redacted]' } }, creds: '[redacted]', headers: '[redacted]' },
  ]);
});

test('texts given as secret are hidden, also where JSON escapes them', () => {
  const { log, lines } = capture(['my "own" token, which has 32 characters', 'my "own"']);
  log.info({ a: 'x my "own" token, which has 32 characters y' }, 'and my "own" one');
  expect(lines[0]).toContain('"a":"x [redacted] y"');
  expect(lines[0]).toContain('and [redacted] one');
});

test('what is no secret stays as it is', () => {
  const harmless = {
    time: '2026-01-02T03:04:05.678Z',
    since: 1_767_323_045_678,
    rss: 153_092_096,
    durationMs: 12.345678901234,
    id: '12345678-1234-4234-8234-123456789012',
    tokenId: '0aB1cD2eF3gH',
    token_prefix: 'pvta',
    stack: 'at update (src/privacy/update.ts:123:45)',
    path: '/api/profile/privacy/shop-1',
    deep: [1, 2.5, null, true, 'a "quoted" \\ word'],
  };
  expect(JSON.parse(scrub(JSON.stringify(harmless)))).toEqual(harmless);
});

test('a phone number as a bare number is hidden, and the line stays JSON', () => {
  expect(scrub('{"a":4915112345678,"b":[491511234567,5]}')).toBe('{"a":null,"b":[null,5]}');
});

test('a token in a log line keeps its id, to find it by', () => {
  expect(scrub(`"used ${CANARIES['an account token']}."`)).toBe('"used pvta_0aB1cD2eF3gH_[redacted]."');
});

test('scrubbing costs little, also for a long hostile line', () => {
  const started = performance.now();
  for (const piece of ['1', 'a', '@', '"', '\\', '+1 ', '1:', '2@', '{"0":1', 'pvta_'].map((text) =>
    text.repeat(20_000),
  )) {
    scrub(JSON.stringify({ msg: piece }));
  }
  expect(performance.now() - started).toBeLessThan(2000);
});

test('each component has its logger', () => {
  const { log, lines } = capture();
  for (const component of COMPONENTS) componentLogger(log, component).info('hello');
  expect(lines.map((line) => (JSON.parse(line) as { component: string }).component)).toEqual([...COMPONENTS]);
});

test('levels below the chosen one are not written', () => {
  const lines: string[] = [];
  createLogger({ level: 'warn', destination: { write: (line) => void lines.push(line) } }).info('x');
  expect(lines).toEqual([]);
});

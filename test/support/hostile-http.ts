import { seededRandom } from './random.ts';

/** Makes bytes that no honest client sends; the same ones for the same seed. */
export class HostileClient {
  readonly #random: () => number;
  readonly #token: string;

  constructor(seed: number, token: string) {
    this.#random = seededRandom(seed);
    this.#token = token;
  }

  /** Any bytes: some are nothing at all, some begin like HTTP. */
  bytes(): Buffer {
    const noise = Buffer.from(Array.from({ length: 1 + this.#below(600) }, () => this.#below(256)));
    const beginnings = [
      '',
      '',
      'GET ',
      'POST /graphql HTTP/1.1\r\n',
      'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
      '\x16\x03\x01',
    ];
    return Buffer.concat([Buffer.from(this.#of(beginnings), 'latin1'), noise]);
  }

  /** A request that is wrong somewhere: in its line, its headers, its JSON or its GraphQL. Some happen to be right. */
  request(): Buffer {
    const path = this.#chance(0.5) ? '/graphql' : this.#path();
    const method = this.#chance(0.8)
      ? path === '/graphql'
        ? 'POST'
        : this.#of(['POST', 'GET', 'PATCH'])
      : this.#method();
    const body = Buffer.from(this.#chance(0.7) ? this.#graphqlBody() : this.#json(4), 'utf8');
    const headers = [
      `Host: ${this.#of(['a', '', '[', 'a b', 'x'.repeat(300), 'localhost:99999999'])}`,
      `Content-Type: ${this.#chance(0.8) ? 'application/json' : this.#of(['', 'text/plain', 'application/json; charset=utf-16', ';;;', 'multipart/form-data'])}`,
      `Content-Length: ${this.#chance(0.9) ? body.length : this.#of(['0', '-1', '1e3', '99999999999999999999', '70000', '3, 3', String(body.length + 5)])}`,
      'Connection: close',
      this.#authorization(),
      ...(this.#chance(0.3) ? [this.#oddHeader()] : []),
    ];
    const version = this.#chance(0.95) ? 'HTTP/1.1' : this.#of(['HTTP/1.0', 'HTTP/9.9', 'http/1.1', '']);
    const whole = Buffer.concat([Buffer.from(`${method} ${path} ${version}\r\n${headers.join('\r\n')}\r\n\r\n`), body]);
    return this.#chance(0.2) ? this.#damaged(whole) : whole;
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }
  #chance(odds: number): boolean {
    return this.#random() < odds;
  }
  #of<T>(values: readonly T[]): T {
    const value = values[this.#below(values.length)];
    if (value === undefined) throw new RangeError('Nothing to choose from');
    return value;
  }

  #damaged(bytes: Buffer): Buffer {
    const copy = Buffer.from(bytes);
    for (let flips = 1 + this.#below(8); flips > 0; flips--) copy[this.#below(copy.length)] = this.#below(256);
    return this.#chance(0.3) ? copy.subarray(0, this.#below(copy.length)) : copy;
  }

  #method(): string {
    return this.#of([
      'PUT',
      'DELETE',
      'OPTIONS',
      'HEAD',
      'TRACE',
      'CONNECT',
      'PROPFIND',
      'QUERY',
      'get',
      'P OST',
      '\u0000',
    ]);
  }

  #path(): string {
    const names = [
      'demo',
      '%00',
      '%zz',
      '..%2f..',
      '%F0%9F%98%80',
      'a'.repeat(500),
      '',
      '__proto__',
      '%ff',
      'a;b',
      '*',
    ];
    return this.#of([
      `/api/profile/privacy/${this.#of(names)}`,
      '/users/me/privacy',
      `/users/${this.#of(names)}`,
      '/health/ready',
      `/graphiql/${this.#of(names)}`,
      `/assets/${this.#of(names)}`,
      `/graphql?${'a[]=1&'.repeat(this.#below(200))}`,
      'http://[/graphql',
      '//graphql',
      '*',
      `/${this.#of(names)}`,
      '/openapi.json',
      '/metrics',
    ]);
  }

  #authorization(): string {
    const good = `Authorization: Bearer ${this.#token}`;
    if (this.#chance(0.7)) return good;
    return this.#of([
      'Authorization: Bearer',
      `Authorization: Bearer ${' '.repeat(3000)}\u00a0`,
      'Authorization: Basic YTpi',
      `Authorization: Bearer ${'x'.repeat(5000)}`,
      `Authorization: Bearer pvta_AAAAAAAAAAAA_${'0'.repeat(49)}`,
      `token: ${this.#token}`,
      'X-Nothing: 1',
    ]);
  }

  #oddHeader(): string {
    return this.#of([
      'Transfer-Encoding: chunked',
      'Transfer-Encoding: gzip, chunked',
      `X-Large: ${'x'.repeat(9000)}`,
      'Expect: 100-continue',
      'Expect: something',
      'Upgrade: websocket\r\nConnection: Upgrade',
      'Accept: text/event-stream',
      'Accept: multipart/mixed',
      'Accept: image/png',
      `Accept: ${',;q='.repeat(500)}`,
      'Content-Encoding: gzip',
      `Idempotency-Key: ${'k'.repeat(2000)}`,
      'Idempotency-Key: ',
      'X-Forwarded-For: , , ,',
      'Origin: null',
      ' Folded: 1',
      'Bad Name: 1',
      'Content-Length: 7',
    ]);
  }

  #graphqlBody(): string {
    const query = JSON.stringify(this.#chance(0.6) ? this.#soup() : this.#document());
    const whole = `{"query":${query},"variables":${this.#json(3)},"operationName":${this.#json(0)},"extensions":${this.#json(1)}}`;
    if (this.#chance(0.6)) return this.#chance(0.5) ? `{"query":${query}}` : whole;
    return this.#of([
      whole.slice(0, this.#below(whole.length)),
      `[${whole},${whole}]`,
      `{"query":${this.#json(2)}}`,
      '{'.repeat(2000),
      '['.repeat(20_000),
      '{"__proto__":{"query":"{a}"},"constructor":1}',
      `{"query":"{a}","id":${'9'.repeat(400)}}`,
      '\ufeff{"query":"{__typename}"}',
      '',
    ]);
  }

  /** Documents that are well formed, with arguments that are not. */
  #document(): string {
    const value = this.#literal(3);
    return this.#of([
      `{ instance(name: ${value}) { id } }`,
      `{ instances(first: ${value}, after: ${this.#literal(0)}) { nodes { id } } }`,
      `{ tokens(instance: ${this.#literal(0)}, after: ${value}) { nodes { id } } }`,
      `query ($a: Int = ${value}) { instances(first: $a) { nodes { id } } }`,
      `query ($a: UpdatePrivacyInput) { __type(name: ${value}) { name } }`,
      `mutation { updatePrivacy(instance: "x", input: ${value}) { stanzas } }`,
      `{ planPrivacy(instance: "x", input: ${value}) { stanzas } }`,
      `mutation { updatePrivacyExclusions(instance: "x", field: STATUS, input: ${value}) { stanzas } }`,
      `mutation { updatePrivacyExclusions(instance: "x", field: ${value}, input: { add: ${this.#literal(2)} }) { stanzas } }`,
      `mutation { ${this.#of(['blockContacts', 'unblockContacts'])}(instance: "x", contacts: ${value}) { stanzas } }`,
      `{ privacyExclusions(instance: "x", field: ${value}) { contacts { lid } } }`,
      `{ blockedContacts(instance: ${value}) { contacts { lid } } }`,
      `{ node(id: "${this.#of(['PrivacyExclusions:', 'PrivacyExclusions::STATUS', 'BlockedContacts:x'])}") { id } }`,
      `mutation { pairInstance(instance: "x", phoneNumber: ${value}) { id } }`,
      `mutation { createToken(input: ${value}) { token } }`,
      `mutation { rotateToken(id: ${value}, overlapSeconds: ${this.#literal(0)}) { token } }`,
      `mutation { createInstance(name: ${value}) { token } }`,
      `subscription { instance(name: ${value}) { id } }`,
      `{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }`,
      `{ ${'...on Query{'.repeat(60)} __typename ${'}'.repeat(60)} }`,
      `query A { __typename } query B { __typename }`,
      `{ __typename @skip(if: ${value}) @include(if: ${this.#literal(0)}) }`,
    ]);
  }

  #soup(): string {
    const words = [
      '{',
      '}',
      '(',
      ')',
      '[',
      ']',
      ':',
      '!',
      '$',
      '...',
      '@',
      '|',
      '&',
      '=',
      '"',
      '"""',
      '#',
      ',',
      '\n',
      'on',
      'query',
      'mutation',
      'subscription',
      'fragment',
      'type',
      'schema',
      'instance',
      'name',
      'privacy',
      '__schema',
      '1',
      '-0',
      '1e999',
      '0x',
      'null',
      'true',
      '\u0000',
      '\ud800',
      '\u2028',
      '😀',
      '\\u{110000}',
      '"\\uD83D"',
      'a'.repeat(1000),
    ];
    return Array.from({ length: 1 + this.#below(40) }, () => this.#of(words)).join(this.#of(['', ' ']));
  }

  #literal(depth: number): string {
    const plain = [
      'null',
      '1',
      '-1',
      '1.5',
      '1e400',
      '99999999999',
      '"x"',
      '""',
      '"\\u0000"',
      '"+49 151 23456789"',
      '"4915123456789:1@s.whatsapp.net"',
      '["77777777@lid"]',
      'ENUM',
      '$v',
      'true',
      '[]',
      '{}',
      `"${'y'.repeat(900)}"`,
    ];
    if (depth === 0 || this.#chance(0.5)) return this.#of(plain);
    return this.#chance(0.5)
      ? `[${this.#literal(depth - 1)}, ${this.#literal(depth - 1)}]`
      : `{ ${this.#of(['visibility', 'lastSeen', 'privacy', 'scopes', 'expiresAt', 'label', 'instance', 'add', 'remove', 'replace', 'onFailure', 'ifObservedAt'])}: ${this.#literal(depth - 1)} }`;
  }

  #json(depth: number): string {
    const plain = [
      'null',
      '0',
      '-1',
      '1e999',
      'true',
      '"x"',
      '""',
      '"\\ud800"',
      '[]',
      '{}',
      '"constructor"',
      `"${'z'.repeat(500)}"`,
    ];
    if (depth === 0 || this.#chance(0.4)) return this.#of(plain);
    if (this.#chance(0.4)) return `[${this.#json(depth - 1)},${this.#json(depth - 1)}]`;
    const keys = [
      'visibility',
      'privacy',
      'permissions',
      'lastSeen',
      'readReceipts',
      'setting',
      'value',
      'query',
      '__proto__',
      'toString',
      'input',
      'a',
    ];
    return `{"${this.#of(keys)}":${this.#json(depth - 1)},"${this.#of(keys)}":${this.#json(depth - 1)}}`;
  }
}

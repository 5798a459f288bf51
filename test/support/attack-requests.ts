import { HostileClient } from './hostile-http.ts';
import { seededRandom } from './random.ts';
import { rawGet, rawPost, rawSend } from './raw-requests.ts';

/** What a client sends on one connection, and what it does about the answers. */
export interface Visit {
  readonly bytes: Buffer;
  /** How many requests that is. */
  readonly requests: number;
  /** `none`: it never reads. `late`: only after a while. */
  readonly reads: 'all' | 'late' | 'none';
}

export interface Tokens {
  readonly account: string;
  readonly instance: string;
}

const MEDIA_TYPES = [
  'application/json',
  'application/graphql-response+json',
  'text/event-stream',
  'multipart/mixed',
  '*/*',
  'text/html',
  'image/png',
  'a/b,'.repeat(1_500),
];
const PATHS = [
  '/openapi.json',
  '/graphiql/graphiql.js',
  '/health/ready',
  '/graphql',
  '/nothing',
  '/graphiql/style.css',
  '/',
  '/assets/nothing.js',
];
const REST = '/api/profile/privacy/demo';
const EXCLUDE =
  'mutation ($i: UpdateExclusionsInput!) { updatePrivacyExclusions(instance: "demo", field: LAST_SEEN, input: $i) { stanzas } }';
const UPDATE = 'mutation ($i: UpdatePrivacyInput!) { updatePrivacy(instance: "demo", input: $i) { stanzas } }';

/** Makes visits of somebody who means harm; the same ones for the same seed. */
export class AttackRequests {
  readonly #random: () => number;
  readonly #hostile: HostileClient;
  readonly #tokens: Tokens;

  constructor(seed: number, tokens: Tokens) {
    this.#random = seededRandom(seed);
    this.#hostile = new HostileClient(seed, tokens.account);
    this.#tokens = tokens;
  }

  visit(): Visit {
    const requests = this.#chance(0.6) ? 1 : 1 + this.#below(this.#chance(0.8) ? 10 : 60);
    const bytes = Buffer.concat(Array.from({ length: requests }, () => this.#request()));
    return { bytes, requests, reads: this.#of(['all', 'all', 'all', 'late', 'none']) };
  }

  #request(): Buffer {
    const make = this.#of([
      () => rawGet(this.#of(PATHS), this.#headers()),
      () => this.#rest(),
      () => rawPost(this.#body(), this.#token(), this.#headers()),
      () => rawPost(this.#body(), this.#token(), this.#headers()),
      () => rawPost(this.#body(), this.#token(), this.#headers()),
      () => this.#hostile.request(),
    ]);
    return Buffer.from(make());
  }

  #rest(): string {
    const headers = { ...this.#headers(), token: this.#token() ?? '' };
    if (this.#chance(0.3)) return rawGet(this.#of([REST, '/users/me/privacy']), headers);
    const [method, path] = this.#of([['POST', REST] as const, ['PATCH', '/users/me/privacy'] as const]);
    return rawSend(
      method,
      path,
      this.#of([this.#deep(), this.#wide(), '{"visibility":{"lastSeen":"none"}}', '[', '""']),
      {
        ...headers,
        ...(this.#chance(0.2) ? { 'Idempotency-Key': 'k'.repeat(1 + this.#below(400)) } : {}),
      },
    );
  }

  #headers(): Record<string, string> {
    return this.#chance(0.7) ? { Accept: this.#of(MEDIA_TYPES) } : {};
  }

  #token(): string | undefined {
    return this.#of([this.#tokens.account, this.#tokens.instance, this.#tokens.instance, undefined]);
  }

  #body(): string {
    const query = this.#document();
    const variables = this.#of([
      '{}',
      this.#deep(),
      this.#wide(),
      `{"i":${this.#wide()}}`,
      `{"i":${this.#deep()}}`,
      this.#contacts(),
    ]);
    const operationName = this.#chance(0.1) ? 'A'.repeat(1 + this.#below(20_000)) : undefined;
    const extensions = this.#chance(0.1) ? { a: 'x'.repeat(this.#below(10_000)) } : undefined;
    const rest = JSON.stringify({ query, operationName, extensions }).slice(0, -1);
    return `${rest},"variables":${variables}}`;
  }

  #document(): string {
    const salt = this.#below(1_000_000);
    return this.#of([
      () => '{ instance(name: "demo") { id name state } }',
      () => '{ privacy(instance: "demo") { visibility { lastSeen } } }',
      () => `{ s${salt}: __typename }`,
      () => UPDATE,
      () => EXCLUDE,
      () => `${EXCLUDE.slice(0, -2)} ${EXCLUDE.slice(EXCLUDE.indexOf('{') + 1).replace('updateP', 'again: updateP')}`,
      () => '{ privacyExclusions(instance: "demo", field: STATUS) { contacts { phoneNumber lid } } }',
      () => `# ${salt}\n${'#\n'.repeat(this.#below(900))}{ __typename }`,
      () => `#${'x'.repeat(this.#below(40_000))}${salt}\n{ __typename }`,
      () => `${'\n'.repeat(this.#below(900))}{ ${`instance(name: $x${salt}) `.repeat(40)} }`,
      () => `{ instance(name: "${'y'.repeat(this.#below(40_000))}") { id } }`,
      () => `{ ${`f${salt} `.repeat(this.#below(390))} }`,
      () => `{ __schema { types { name fields { name description type { name } } } a${salt}: types { name } } }`,
      () => 'subscription { instance(name: "demo") { state } }',
      () => '{ instances(first: 100) { nodes { id name } edges { node { id } } } }',
      () => `{ ${'... on Query { '.repeat(this.#below(90))}`,
    ])();
  }

  /** As many as one call may name, and none of them the same or all of them. */
  #contacts(): string {
    const [from, step] = [this.#below(10_000), this.#of([0, 1])];
    const add = Array.from({ length: 1 + this.#below(1_090) }, (_, at) => `+49157${10_000_000 + from + at * step}`);
    return JSON.stringify({ i: { [this.#of(['add', 'replace'])]: add } });
  }

  #deep(): string {
    const depth = this.#below(12_000);
    return this.#chance(0.5) ? '['.repeat(depth) + ']'.repeat(depth) : '{"a":'.repeat(depth) + '1' + '}'.repeat(depth);
  }

  #wide(): string {
    const width = this.#below(3_000);
    const keys = Array.from({ length: width }, (_, i) => `"k${i}":1`);
    return this.#chance(0.5) ? `{${keys.join(',')}}` : `[${'0,'.repeat(width)}0]`;
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  #chance(odds: number): boolean {
    return this.#random() < odds;
  }

  #of<T>(values: readonly [T, ...T[]] | readonly T[]): T {
    const value = values[this.#below(values.length)];
    if (value === undefined && !values.includes(value as T)) throw new RangeError('Nothing to choose from');
    return value as T;
  }
}

import type { Principal, TokenScope } from '../src/access/principal.ts';
import { TOKEN_SCOPES } from '../src/access/principal.ts';
import type { TokenAdmin } from '../src/access/tokens/token-admin.ts';
import type { IssuedToken } from '../src/access/tokens/token-service.ts';
import { Gate, type GateOptions } from '../src/access/limits/gate.ts';
import { systemClock, type Clock } from '../src/clock.ts';
import { instanceNotFound, PrivetError } from '../src/errors.ts';
import type { GraphQLServices } from '../src/graphql/services.ts';
import { specOf } from '../src/privacy/fields.ts';
import type { RequestedChange } from '../src/privacy/outcome.ts';
import { previewUpdate } from '../src/privacy/policies/preview.ts';
import type { Snapshot } from '../src/privacy/settings.ts';
import type { Directory } from '../src/fleet/calls/directory.ts';
import type { FleetCalls } from '../src/fleet/calls/fleet-calls.ts';
import type { Lifecycle } from '../src/fleet/calls/lifecycle.ts';
import type { PrivacyCalls } from '../src/fleet/calls/privacy-calls.ts';
import type { Reach } from '../src/fleet/calls/reach.ts';
import type { Watching } from '../src/fleet/calls/watching.ts';
import type { InstanceView } from '../src/instance/state.ts';
import { createServer, type ServerOptions } from '../src/server.ts';
import { FakeContacts } from './support/fake-contacts.ts';
import { expectKnownCodes } from './support/privet.ts';

/** An instance that is linked and has its settings. */
export const fakeView = (name = 'demo', rest: Partial<InstanceView> = {}): InstanceView => ({
  id: `id-${name}`,
  accountId: 'account-1',
  name,
  createdAt: 0,
  state: 'OPEN',
  since: 0,
  ...rest,
});

/** Instances in memory: for the shape of answers, refusals and validation alone. No WhatsApp, and no session. */
export class FakeFleet implements Directory, Lifecycle, PrivacyCalls, Watching {
  readonly contacts = new FakeContacts((name) => this.#get(name));
  readonly calls: FleetCalls = {
    directory: this,
    lifecycle: this,
    privacy: this,
    contacts: this.contacts,
    watching: this,
  };
  readonly instances = new Map<string, InstanceView>();
  readonly categories = new Map([
    ['last', 'all'],
    ['status', 'contacts'],
    ['readreceipts', 'all'],
    ['online', 'error'],
    ['profile', 'of_tomorrow'],
    ['cover_photo', 'all'],
  ]);
  updates: (readonly RequestedChange[])[] = [];
  phoneNumbers: (string | undefined)[] = [];
  /** What `start` does: tests put in what they are about. */
  onStart: (name: string) => Promise<InstanceView> = async (name) => this.#get(name);
  watched: AsyncIterable<InstanceView> = (async function* () {})();
  signals: AbortSignal[] = [];

  constructor(...names: string[]) {
    for (const name of names) this.#add(name);
  }

  #add(name: string): InstanceView {
    const view = fakeView(name);
    this.instances.set(name, view);
    return view;
  }

  #get(name: string): InstanceView {
    const view = this.instances.get(name);
    if (!view) throw instanceNotFound(name);
    return view;
  }

  get snapshot(): Snapshot {
    return { categories: this.categories, observedAt: Date.UTC(2026, 0, 31, 12), sequence: 1 };
  }

  async create(_reach: Reach, name: string): Promise<InstanceView> {
    if (this.instances.has(name)) throw new PrivetError('CONFLICT', `There is an instance named "${name}" already`);
    return this.#add(name);
  }

  async find(reach: Reach, name: string): Promise<InstanceView | undefined> {
    const view = this.instances.get(name);
    return reach.instanceId === undefined || view?.id === reach.instanceId ? view : undefined;
  }

  async get(reach: Reach, id: string): Promise<InstanceView | undefined> {
    const name = [...this.instances.values()].find((view) => view.id === id)?.name;
    return name === undefined ? undefined : this.find(reach, name);
  }

  async list({ instanceId }: Reach, { first, after = '' }: { first: number; after?: string | undefined }) {
    const within = [...this.instances.values()].filter(({ id }) => instanceId === undefined || id === instanceId);
    const rest = within.filter(({ name }) => name > after);
    return { instances: rest.slice(0, first), hasNextPage: rest.length > first };
  }

  async count({ instanceId }: Reach): Promise<number> {
    return instanceId === undefined ? this.instances.size : 1;
  }

  nodes = new Map<string, string>();
  async nodeOf({ name }: InstanceView) {
    return this.nodes.get(name);
  }

  async lastObserved(instance: InstanceView) {
    return { instance, snapshot: this.snapshot, stale: true };
  }

  pair: Lifecycle['pair'] = async (_reach, name, phoneNumber) => {
    this.phoneNumbers.push(phoneNumber);
    return { ...this.#get(name), state: 'PAIRING', pairing: { qr: 'the-qr', expiresAt: Date.UTC(2026, 0, 31, 12) } };
  };

  start = (_reach: Reach, name: string): Promise<InstanceView> => this.onStart(name);
  stop = async (_reach: Reach, name: string): Promise<InstanceView> => this.#get(name);
  unlink = async (_reach: Reach, name: string): Promise<InstanceView> => this.#get(name);

  async delete(_reach: Reach, name: string): Promise<void> {
    this.#get(name);
    this.instances.delete(name);
  }

  async read(_reach: Reach, name: string) {
    return { instance: this.#get(name), snapshot: this.snapshot };
  }

  timer = async (): Promise<string> => '0';
  async plan(_reach: Reach, name: string, changes: readonly RequestedChange[]) {
    return { instance: this.#get(name), preview: previewUpdate(this.snapshot, changes) };
  }

  async update(_reach: Reach, name: string, changes: readonly RequestedChange[]) {
    const instance = this.#get(name);
    this.updates.push(changes);
    for (const { field, wire } of changes) this.categories.set(specOf(field).category, wire);
    return {
      instance,
      outcome: { snapshot: this.snapshot, outcomes: [], failures: [], warnings: [], stanzas: changes.length + 1 },
    };
  }

  watchInstance: Watching['watchInstance'] = async (_reach, name, signal) => {
    this.#get(name);
    this.signals.push(signal);
    return this.watched;
  };

  async watchPrivacy(_reach: Reach, name: string) {
    const reading = { instance: this.#get(name), snapshot: this.snapshot };
    return (async function* () {
      yield reading;
    })();
  }

  async *watchInstances() {
    for (const value of this.instances.values()) yield { value, caughtUp: false };
    yield { caughtUp: true };
  }

  async *watchPrivacies() {
    for (const instance of this.instances.values()) {
      yield { value: { instance, snapshot: this.snapshot }, caughtUp: false };
    }
    yield { caughtUp: true };
  }
}

const principal = (tokenId: string, scopes: readonly TokenScope[], instanceId?: string): Principal => ({
  tokenId,
  family: tokenId,
  accountId: 'account-1',
  instanceId,
  scopes: new Set(scopes),
});

const PRINCIPALS: Readonly<Record<string, Principal>> = {
  account: principal('token-1', TOKEN_SCOPES),
  reader: principal('token-2', ['read']),
  instance: principal('token-3', ['read', 'write', 'pair'], 'id-demo'),
  'instance-admin': principal('token-4', TOKEN_SCOPES, 'id-demo'),
};

/** Knows the tokens above. */
export const fakeGate = (options: Partial<GateOptions> = {}): Gate =>
  new Gate({
    clock: systemClock,
    log: { warn() {} },
    rateLimit: 1_000_000,
    authenticate: async (token) => PRINCIPALS[token],
    endedAmong: async () => [],
    ...options,
  });

const issued = (text: string, instanceId?: string): IssuedToken => ({
  text,
  token: { id: 'token-2', accountId: 'account-1', instanceId, scopes: ['read'], label: '', createdAt: 0 },
});

export const fakeTokens: TokenAdmin = {
  accountOf: async ({ accountId: id }) => ({ id, label: 'first' }),
  find: async (_caller, id) => (id === 'token-2' ? issued('').token : undefined),
  page: async () => ({ tokens: [issued('').token], hasNextPage: false }),
  count: async () => 1,
  create: async (_caller, instanceId) => issued(`token-of-${instanceId ?? 'account'}`, instanceId),
  rotate: async (_caller, id) => issued(`new-token-of-${id}`),
  rotateOfInstance: async (_caller, instanceId) => issued(`new-token-of-${instanceId}`, instanceId),
  firstOfInstance: async () => ({
    text: 'first-token',
    recordFor: async ({ id }) => ({ ...issued('', id).token, hash: new Uint8Array(32) }),
  }),
  revoke: async () => issued('').token,
  instanceDeleted: async () => {},
};

export interface Logged {
  readonly level: string;
  readonly fields: object;
  readonly message: string;
}

/** A real server on a free port, over the fake instances. */
export async function serveFake(
  fleet: FakeFleet,
  options: Partial<ServerOptions> & { clock?: Clock; gate?: Gate } = {},
) {
  const logged: Logged[] = [];
  const record = (level: string) => (fields: object, message: string) => void logged.push({ level, fields, message });
  const services: GraphQLServices = {
    fleet: fleet.calls,
    tokens: fakeTokens,
    gate: options.gate ?? fakeGate(),
    log: { info: record('info'), warn: record('warn'), error: record('error') },
    clock: options.clock,
  };
  const server = await createServer({
    host: '127.0.0.1',
    port: 0,
    graphiql: true,
    ready: async () => true,
    ...options,
    services,
  });

  const post = (body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer account', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  const query = async (text: string, variables?: object, token = 'account'): Promise<GraphQLResult> => {
    const response = await post({ query: text, variables }, { authorization: `Bearer ${token}` });
    const answer: GraphQLResult = { status: response.status, ...(await response.json()) };
    expectKnownCodes(answer.errors);
    return answer;
  };
  return {
    ...server,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    url: server.url,
    logged,
    post,
    query,
  };
}

export interface GraphQLResult {
  readonly status: number;
  // What comes over the wire: tests assert its shape as a whole.
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly { message: string; path?: string[]; extensions: Record<string, unknown> }[];
}

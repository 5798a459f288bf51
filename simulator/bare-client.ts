import {
  type AuthenticationState,
  type BinaryNode,
  type ConnectionState,
  initAuthCreds,
  makeWASocket,
  type SignalDataTypeMap,
  type UserFacingSocketConfig,
  WA_CERT_DETAILS,
} from '@whiskeysockets/baileys';
import pino from 'pino';
import { withDeadline } from './errors.ts';
import type { Simulator } from './simulator.ts';

const WAIT_MS = 10_000;

/** Credentials in memory: what a linked device has to keep to log in again. */
export function memoryAuth(): AuthenticationState {
  const data = new Map<string, unknown>();
  return {
    creds: initAuthCreds(),
    keys: {
      get: async <T extends keyof SignalDataTypeMap>(type: T, ids: string[]) =>
        Object.fromEntries(
          ids.flatMap((id) => (data.has(`${type} ${id}`) ? [[id, data.get(`${type} ${id}`)]] : [])),
        ) as Record<string, SignalDataTypeMap[T]>,
      set: async (update) => {
        for (const [type, values] of Object.entries(update)) {
          for (const [id, value] of Object.entries(values)) data.set(`${type} ${id}`, value);
        }
      },
    },
  };
}

/** Bare Baileys, as it comes, on the simulator: for the simulator's own tests. */
export class BareClient implements AsyncDisposable {
  readonly auth: AuthenticationState;
  readonly socket: ReturnType<typeof makeWASocket>;
  readonly updates: Partial<ConnectionState>[] = [];
  readonly notifications: BinaryNode[] = [];

  constructor(
    simulator: Pick<Simulator, 'url' | 'rootKey' | 'rootSerial'>,
    auth = memoryAuth(),
    config: Partial<UserFacingSocketConfig> = {},
  ) {
    WA_CERT_DETAILS.PUBLIC_KEY = simulator.rootKey;
    WA_CERT_DETAILS.SERIAL = simulator.rootSerial;
    this.auth = auth;
    this.socket = makeWASocket({
      waWebSocketUrl: simulator.url,
      auth,
      logger: pino({ level: 'silent' }),
      ...config,
    });
    this.socket.ev.on('creds.update', (update) => void Object.assign(auth.creds, update));
    this.socket.ev.on('connection.update', (update) => void this.updates.push(update));
    this.socket.ws.on('CB:notification', (node: BinaryNode) => void this.notifications.push(node));
  }

  qr(): Promise<string> {
    return this.#until((update) => update.qr);
  }

  opened(): Promise<true> {
    return this.#until((update) => (update.connection === 'open' ? true : undefined));
  }

  /** The status code that Baileys gives for the end of the connection. */
  async closed(): Promise<number> {
    const error = await this.#until((update) =>
      update.connection === 'close'
        ? (update.lastDisconnect?.error ?? new Error('closed without an error'))
        : undefined,
    );
    return statusOf(error);
  }

  #until<T>(pick: (update: Partial<ConnectionState>) => T | undefined): Promise<T> {
    const found = new Promise<T>((resolve) => {
      const look = (update: Partial<ConnectionState>): void => {
        const value = pick(update);
        if (value !== undefined) resolve(value);
      };
      for (const update of this.updates) look(update);
      this.socket.ev.on('connection.update', look);
    });
    return withDeadline(found, WAIT_MS, 'an update of the connection');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.socket.end(undefined);
  }
}

function statusOf(error: Error): number {
  const output: unknown = 'output' in error ? error.output : undefined;
  const isOutput = typeof output === 'object' && output !== null && 'statusCode' in output;
  return isOutput && typeof output.statusCode === 'number' ? output.statusCode : 0;
}

/** Pairs a companion by QR; the returned credentials can log in. */
export async function pairByQr(simulator: Simulator, phoneNumber: string): Promise<AuthenticationState> {
  await using client = new BareClient(simulator);
  const [code] = await Promise.all([client.closed(), simulator.scan(await client.qr(), phoneNumber)]);
  if (code !== 515) throw new Error(`expected 515 after pairing, and got ${code}`);
  return client.auth;
}

/** Pairs a companion by QR and logs it in. */
export async function connect(
  simulator: Simulator,
  phoneNumber: string,
  config: Partial<UserFacingSocketConfig> = {},
): Promise<BareClient> {
  const client = new BareClient(simulator, await pairByQr(simulator, phoneNumber), config);
  await client.opened();
  return client;
}

/** Links one more device of an account without the wire, and logs it in. */
export async function linkAndOpen(simulator: Simulator, phoneNumber: string): Promise<BareClient> {
  const auth = { ...memoryAuth(), creds: simulator.linkDevice(phoneNumber) };
  const client = new BareClient(simulator, auth, { fireInitQueries: false });
  await client.opened();
  return client;
}

/** An IQ to the server. Rejects with a Boom that has the code in `data` where it is refused. */
export function iq(type: 'get' | 'set', xmlns: string, content?: BinaryNode[]): BinaryNode {
  const stanza: BinaryNode = { tag: 'iq', attrs: { to: '@s.whatsapp.net', type, xmlns } };
  return content === undefined ? stanza : { ...stanza, content };
}

import type { DestinationStream } from 'pino';
import type { FirstToken } from './access/tokens/first-account.ts';
import { Gate } from './access/limits/gate.ts';
import { readEndedTokens } from './access/tokens/ended-tokens.ts';
import { createTokenAdmin } from './access/tokens/token-admin.ts';
import { createTokenService } from './access/tokens/token-service.ts';
import { systemClock, type Clock } from './clock.ts';
import type { Config } from './config/config.ts';
import { type Secrets, textsOf } from './config/secrets.ts';
import { CONSOLE_FOLDER } from './http/pages/console.ts';
import { listenForMetrics, metricsRoute } from './http/metrics.ts';
import { createRestRoute } from './rest/rest.ts';
import { createServer } from './server.ts';
import { linkTo, type WhatsAppServer } from './wire/baileys/socket.ts';
import { Fleet } from './fleet/fleet.ts';
import { CROSSING_ERRORS, type FleetOnNode, putOnNode } from './fleet/spread/on-node.ts';
import { Draining } from './nodes/draining.ts';
import type { Node } from './nodes/node.ts';
import { Rebalancing } from './nodes/rebalancing.ts';
import { serveData } from './nodes/served-data.ts';
import { Telling } from './nodes/telling.ts';
import type { Timing } from './nodes/timing.ts';
import type { Storage } from './storage/storage.ts';
import { silenceConsole } from './telemetry/console.ts';
import { createServerEvents, createSessionEvents } from './telemetry/events.ts';
import { componentLogger, createLogger } from './telemetry/logger.ts';
import { createMetrics } from './telemetry/metrics.ts';
import { createNodeEvents, NO_NODE_EVENTS } from './telemetry/node-events.ts';
import { VERSION } from './version.ts';

/**
 * How long calls that run may take once the service ends. Then the sessions end, which answers whoever still waits for
 * WhatsApp, before the server closes its connections.
 */
const CALLS_MS = 5_000;
/** How long a database may take that does not answer: whoever waits for it is told so then, while there is a connection. */
const DATABASE_MS = 8_000;
const LOOK_EVERY_MS = 1_000;

/** A running service. Disposing gives what another node can have to it, stops accepting, lets what runs finish, and closes sessions and database. */
export interface App extends AsyncDisposable {
  readonly url: string;
  /** Where `/metrics` has a listener of its own. */
  readonly metricsUrl?: string | undefined;
  /** The token of a first account that was made now, the only time that it can be had. */
  readonly firstToken?: FirstToken | undefined;
  /** Aborted when another process serves the data: this one has to end. Its reason is an OperatorError about it. */
  readonly lost: AbortSignal;
}

/** What tests bring of their own. */
export interface AppOverrides {
  readonly clock: Clock;
  /** For the pauses between connections: 0 … 1. */
  readonly random: () => number;
  readonly logDestination: DestinationStream;
  /** Of a node of several. */
  readonly nodeTiming: Partial<Timing>;
  /** In place of the console's own built files. */
  readonly consoleFolder: string;
}

/**
 * Puts the service together and starts it.
 * @param signal aborted: the service is to end before it has started. What was opened is closed, and no instance is taken.
 * @throws OperatorError for what the operator has to mend; the signal's reason.
 */
export async function createApp(
  config: Config,
  secrets: Secrets,
  overrides: Partial<AppOverrides> = {},
  signal?: AbortSignal,
): Promise<App> {
  const { clock = systemClock, random = Math.random, logDestination, consoleFolder = CONSOLE_FOLDER } = overrides;
  await using stack = new AsyncDisposableStack();
  stack.use(silenceConsole());
  const log = createLogger({
    level: config.logLevel,
    destination: logDestination,
    secrets: textsOf(secrets),
  });

  const storageLog = componentLogger(log, 'storage');
  const warn = (message: string): void => storageLog.warn(message);
  const lost = new AbortController();
  const ended = signal ? AbortSignal.any([lost.signal, signal]) : lost.signal;
  let onNode: FleetOnNode | undefined;
  const data = stack.use(
    await serveData({
      storage: {
        dataDir: config.dataDir,
        databaseUrl: secrets.databaseUrl,
        masterKey: secrets.encryptionKey,
        clock,
        warn,
        onDamage: (message) => storageLog.error(message),
      },
      log: componentLogger(log, 'nodes'),
      node: { ...config.node, errors: CROSSING_ERRORS, timing: overrides.nodeTiming },
      handler: () => onNode?.handler,
      onLost: (why) => {
        storageLog.error(why.message);
        lost.abort(why);
      },
      signal,
    }),
  );
  const { storage, owner, node } = data;
  const tokens = createTokenService({
    storage,
    clock,
    logger: componentLogger(log, 'access'),
    onEnd: async (ended) => void (await Promise.all([gate.tokensEnded(ended), telling?.tell(ended)])),
  });
  const hear = async (body: unknown): Promise<void> => {
    const those = readEndedTokens(body);
    tokens.forget(those.accountId);
    await gate.tokensEnded(those);
  };
  const telling = node && new Telling({ clock, node, method: 'tokens.ended', hear });

  const figures = ({ membership: { held, nodes } }: Node) => ({
    held,
    nodes,
    instances: fleet.residents.epochs().size,
  });
  const metrics = createMetrics(VERSION, () => fleet.countByState(), node && (() => figures(node)));
  const nodeEvents = metrics.node && createNodeEvents(componentLogger(log, 'nodes'), metrics.node);
  const fleet: Fleet = stack.use(
    new Fleet({
      clock,
      storage,
      owner,
      node: node && { membership: node.membership, claimNow: (id) => node.claims.claimNow(id) },
      log: componentLogger(log, 'session'),
      telemetry: createSessionEvents(componentLogger(log, 'session'), metrics),
      openLink: linkTo(whatsAppServer(config)),
      loginRate: config.loginRate,
      random,
    }),
  );
  // At once: the other one has the same links.
  lost.signal.addEventListener('abort', () => void fleet[Symbol.asyncDispose]());
  await fleet.load();
  ended.throwIfAborted();
  if (node) onNode = stack.use(putOnNode(fleet, node, { clock, events: nodeEvents, telling }));
  const calls = onNode?.calls ?? fleet;
  const gate: Gate = new Gate({
    clock,
    rateLimit: config.rateLimit,
    nodes: storage.shared && { ...storage.shared, incarnation: owner.incarnation },
    log: componentLogger(log, 'access'),
    authenticate: (token) => tokens.authenticate(token, clock.now()),
    endedAmong: (tokenIds) => tokens.endedAmong(tokenIds, clock.now()),
  });
  const services = {
    fleet: calls,
    tokens: createTokenAdmin({ storage, tokens, clock, rateLimit: config.rateLimit }),
    gate,
    log: componentLogger(log, 'http'),
    clock,
  };
  const server = stack.use(
    await createServer({
      host: config.host,
      port: config.port,
      consoleFolder: config.console ? consoleFolder : undefined,
      graphiql: config.graphiql,
      trustedProxyHops: config.trustedProxyHops,
      corsOrigins: config.corsOrigins,
      services,
      routes: [
        createRestRoute({ directory: calls.directory, privacy: calls.privacy, gate, clock }),
        ...(config.metrics.onMainPort ? [metricsRoute(metrics)] : []),
      ],
      telemetry: createServerEvents(componentLogger(log, 'http'), metrics),
      node: node?.membership,
      ready: async () => {
        await storage.ping();
        return owner.held;
      },
    }),
  );
  const { host, port } = config.metrics;
  const own = port === undefined ? undefined : stack.use(await listenForMetrics(metrics, { host, port }, clock));
  ended.throwIfAborted();
  // Only now, since a token that was made is shown once: a port that is taken must not cost it.
  const firstToken = await tokens.ensureFirstAccount(secrets.accountToken);
  // A token that was made and not shown is another one at the next start.
  ended.throwIfAborted();
  fleet.resume();
  let draining: Draining | undefined;
  if (node) {
    const { membership, store, peers, claims } = node;
    stack.defer(() => claims.stop());
    claims.start();
    const events = nodeEvents ?? NO_NODE_EVENTS;
    const { residents } = fleet;
    const logged = { clock, log: componentLogger(log, 'nodes'), events };
    const handing = { ...logged, membership, store, peers, residents, underWay: new Set<string>() };
    const { loginRate, drainMs: mostMs, rebalanceMs: calmMs } = config;
    if (calmMs > 0) stack.use(new Rebalancing({ ...handing, claims, loginRate, calmMs }));
    draining = new Draining({ ...handing, mostMs });
  }
  let drained: Promise<void> | undefined;
  const running = stack.move();
  return {
    url: server.url,
    metricsUrl: own?.url,
    firstToken,
    lost: lost.signal,
    async [Symbol.asyncDispose]() {
      // Calls go on meanwhile. Where another process goes by this node's name, there is nothing left to give.
      if (draining && config.drainMs > 0 && !lost.signal.aborted) await (drained ??= draining.run(lost.signal));
      using _silent = whenSilent(storage, clock);
      using _late = clock.after(CALLS_MS, () => void fleet[Symbol.asyncDispose]());
      await running.disposeAsync();
    },
  };
}

/** Gives a database up that does not answer. One that only has much to store is waited for. */
function whenSilent(storage: Storage, clock: Clock): Disposable {
  const look = (): void => {
    if (storage.isBusy) storage.giveUp();
    else timer = clock.after(LOOK_EVERY_MS, look);
  };
  let timer = clock.after(DATABASE_MS, look);
  return { [Symbol.dispose]: () => timer[Symbol.dispose]() };
}

function whatsAppServer({ whatsapp: { url, rootKey, rootSerial } }: Config): WhatsAppServer {
  const root = rootKey === undefined ? undefined : { publicKey: Buffer.from(rootKey, 'hex'), serial: rootSerial ?? 0 };
  return { url, root };
}

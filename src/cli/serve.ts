import { once } from 'node:events';
import { basename } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { Command } from '@commander-js/extra-typings';
import { systemClock } from '../clock.ts';
import { configWarnings, createSettings, type Config } from '../config/config.ts';
import { readEnv } from '../config/env.ts';
import { textsOf } from '../config/secrets.ts';
import { OperatorError } from '../errors.ts';
import { createLogger } from '../telemetry/logger.ts';
import { VERSION } from '../version.ts';
import type { CommandIo } from './io.ts';
import { logUncaught } from './uncaught.ts';
import { isRunByNpx, untilParentEnds } from './parent.ts';

/**
 * How much the heap may grow after a full collection before the next one. By default V8 waits until it has about doubled:
 * when a thousand instances lose their connections at once, the old and the new ones would be in memory together.
 */
const HEAP_GROWING_PERCENT = 30;

/** The time to shut down, once instances that other nodes can have are given to them. Running calls get 10 s of it; the rest is for sessions and the database. */
const CLOSE_MS = 15_000;

const closeInTime = async (app: AsyncDisposable, drainMs: number): Promise<void> => {
  const mostMs = drainMs + CLOSE_MS;
  const late = new AbortController();
  const overdue = systemClock.sleep(mostMs, late.signal).then(
    () => Promise.reject(new OperatorError(`Not all of the service ended within ${mostMs / 1000} s`)),
    () => undefined,
  );
  try {
    await Promise.race([app[Symbol.asyncDispose](), overdue]);
  } finally {
    late.abort();
  }
};

const serve = async (io: CommandIo, withParent: boolean): Promise<void> => {
  const parent = withParent || isRunByNpx(io) ? io.ppid() : undefined;
  setFlagsFromString(`--heap-growing-percent=${HEAP_GROWING_PERCENT}`);
  const env = readEnv(io.env);
  const { config, secrets } = createSettings(env);
  const logger = createLogger({ level: config.logLevel, secrets: textsOf(secrets) });
  using _uncaught = logUncaught(logger, (code) => process.exit(code));
  for (const warning of configWarnings(env)) logger.warn(warning);

  // Imported here, so that other commands start without loading the service.
  const { createApp } = await import('../app.ts');
  const app = await createApp(config, secrets, {}, io.signal).catch((error: unknown) => {
    if (io.signal.aborted && error === io.signal.reason) return undefined;
    throw error;
  });
  if (!app) return logger.info({ version: VERSION, pid: process.pid }, 'service ended before it had started');
  try {
    logger.info(
      { version: VERSION, pid: process.pid, url: app.url, data: basename(config.dataDir) },
      'service started',
    );
    io.say(`Privet is ready at ${app.url} (${whatIsThere(app.url, config)})`);
    if (app.firstToken !== undefined) {
      io.say(`The account token, shown only this once: ${app.firstToken.text}`);
      await app.firstToken.shown().catch((error: unknown) => {
        logger.warn({ err: error }, 'could not note that the account token was shown: the next start shows another');
      });
    }
    const signal = AbortSignal.any([io.signal, app.lost]);
    if (parent !== undefined && (await untilParentEnds(parent, { ...io, signal }, systemClock))) {
      logger.info('the parent process has ended, so the service does');
    } else if (!signal.aborted) await once(signal, 'abort');
    app.lost.throwIfAborted();
  } finally {
    await closeInTime(app, secrets.databaseUrl === undefined ? 0 : config.drainMs);
  }
  logger.info({ version: VERSION, pid: process.pid }, 'service ended');
};

const whatIsThere = (url: string, { console, graphiql }: Config): string => {
  const page = console ? 'open it in a browser' : 'its console is off, PRIVET_CONSOLE=on shows it';
  return graphiql
    ? `${page}; playground: ${url}/graphql`
    : `${page}; GraphQL: ${url}/graphql, whose playground is off, PRIVET_GRAPHIQL=on shows it`;
};

export const serveCommand = (io: CommandIo) =>
  new Command('serve')
    .description(
      `Runs the service until SIGINT or SIGTERM; another one a second later ends it at once.
SIGHUP, from a terminal that is closed, does so too, unless none of its streams is one, as under nohup.
Lines for people go to stdout, the log as JSON lines to stderr.`,
    )
    .option('--with-parent', 'End also when the process that started it has ended, as "npm start" does')
    .action(({ withParent = false }) => serve(io, withParent));

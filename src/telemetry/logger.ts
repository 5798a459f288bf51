import {
  type DestinationStream,
  destination as fileDestination,
  type Logger as PinoLogger,
  pino,
  stdTimeFunctions,
} from 'pino';
import { inBatches } from './line-batch.ts';
import { scrub } from './scrub.ts';

export type Logger = PinoLogger;

/** All loggers there are: a child of the root each, told apart by `component`. */
export const COMPONENTS = ['http', 'session', 'storage', 'access', 'nodes'] as const;
export type Component = (typeof COMPONENTS)[number];

export const componentLogger = (root: Logger, component: Component): Logger => root.child({ component });

export interface LoggerOptions {
  readonly level: string;
  /** Where the lines go; stderr by default, since stdout has the lines for people. */
  readonly destination?: DestinationStream | undefined;
  /** Texts that no pattern can know, such as a token of the operator's choosing. */
  readonly secrets?: readonly string[] | undefined;
}

/**
 * Objects that may hold secrets are dropped whole; deeper ones are left to `scrub`. Not by pino's `redact`: that clones
 * what it is given, at a cost and with bytes turned into nonsense.
 */
const DROPPED = ['creds', 'keys', 'auth', 'headers', 'secrets'];

const withoutTexts = (line: string, texts: readonly string[]): string =>
  texts.reduce((rest, text) => rest.replaceAll(text, '[redacted]'), line);

let stderr: DestinationStream | undefined;

/** One for the process, so that its loggers keep the order. Synchronous: the last lines before a crash are needed most. */
const toStderr = (): DestinationStream => (stderr ??= inBatches(fileDestination({ dest: 2, sync: true })));

/** JSON lines, with no token, key, QR text or full phone number in them. */
export const createLogger = ({ level, destination, secrets = [] }: LoggerOptions): Logger => {
  // As they stand in JSON, longest first, so that one within another leaves no rest.
  const texts = secrets
    .filter((text) => text !== '')
    .map((text) => JSON.stringify(text).slice(1, -1))
    .sort((a, b) => b.length - a.length);
  return pino(
    {
      level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: Object.fromEntries(DROPPED.map((name) => [name, () => '[redacted]'])),
      hooks: { streamWrite: (line) => scrub(withoutTexts(line, texts)) },
    },
    destination ?? toStderr(),
  );
};

/** For what needs a logger and has none, as in tests. */
export const silentLogger = (): Logger => createLogger({ level: 'silent' });

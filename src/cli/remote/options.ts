import { Command, InvalidArgumentError, Option } from '@commander-js/extra-typings';
import { readFileSync } from 'node:fs';
import type { CommandIo } from '../io.ts';
import { UsageError } from '../usage-error.ts';

export const OVER_HTTP = 'Over HTTP, to a running service:';
const DEFAULT_URL = 'http://127.0.0.1:4000';

export interface TargetOptions {
  readonly url?: string | undefined;
  readonly token?: string | undefined;
  readonly tokenFile?: string | undefined;
}

export interface OutputOptions {
  readonly json?: true | undefined;
  readonly table?: true | undefined;
}

/** Where calls go, and with which token. */
export interface Target {
  readonly endpoint: URL;
  readonly token: string;
}

const urlOption = () =>
  new Option('--url <url>', `Where the service is; without it PRIVET_URL, or else ${DEFAULT_URL}`);
const tokenOption = () =>
  new Option(
    '--token <token>',
    'The token to call with. On a command line others on this machine see it (in ps): better set PRIVET_TOKEN',
  );
const tokenFileOption = () =>
  new Option('--token-file <file>', 'A file with the token alone; /dev/stdin for what is piped in');
const jsonOption = () => new Option('--json', 'A line of JSON for each thing; so it is where stdout is no terminal');
const tableOption = () => new Option('--table', 'A table, even where stdout is no terminal').conflicts('json');

/** A command that calls a service over HTTP, with the options that all of them have. */
export const remoteCommand = (name: string) =>
  new Command(name)
    .helpGroup(OVER_HTTP)
    .addOption(urlOption())
    .addOption(tokenOption())
    .addOption(tokenFileOption())
    .addOption(jsonOption())
    .addOption(tableOption());

const idempotencyKey = (text: string): string => {
  if (/^[\x21-\x7e]{1,255}$/.test(text)) return text;
  throw new InvalidArgumentError('It must be 1 to 255 visible ASCII characters');
};

/** Of commands that change what WhatsApp holds. */
export const keyOption = () =>
  new Option(
    '--idempotency-key <key>',
    'Of your own: sent again with it, the change is not made again but answered like the first',
  ).argParser(idempotencyKey);

/** The environment's value; an empty one counts as unset, as everywhere. */
const fromEnv = ({ env }: Pick<CommandIo, 'env'>, name: 'PRIVET_URL' | 'PRIVET_TOKEN'): string | undefined =>
  env[name] === '' ? undefined : env[name];

/** Whether the command line or the environment asks for a service rather than for the data folder. */
export const namesService = (io: Pick<CommandIo, 'env'>, options: TargetOptions): boolean =>
  [options.url, options.token, options.tokenFile, fromEnv(io, 'PRIVET_TOKEN')].some((given) => given !== undefined);

const isLoopback = (hostname: string): boolean => /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);

const tokenIn = (file: string): string => {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    throw new UsageError(`--token-file ${file} can not be read (${code})`);
  }
};

const endpointOf = (text: string, name: string): URL => {
  const url = URL.parse(text);
  // Not repeated here: a URL may hold a password.
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new UsageError(`${name} must be an http:// or https:// URL, such as ${DEFAULT_URL}`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new UsageError(`${name} must hold no user name and no password`);
  }
  const path = url.pathname.replace(/\/+$/, '');
  url.pathname = path.endsWith('/graphql') ? path : `${path}/graphql`;
  url.search = '';
  url.hash = '';
  return url;
};

/** @throws UsageError where they name no service, or no token; its message repeats neither. */
export const targetOf = (io: CommandIo, options: TargetOptions): Target => {
  const endpoint = endpointOf(
    options.url ?? fromEnv(io, 'PRIVET_URL') ?? DEFAULT_URL,
    options.url === undefined ? 'PRIVET_URL' : '--url',
  );
  if (options.token !== undefined && options.tokenFile !== undefined) {
    throw new UsageError('--token and --token-file exclude each other');
  }
  const token =
    options.token ?? (options.tokenFile === undefined ? fromEnv(io, 'PRIVET_TOKEN') : tokenIn(options.tokenFile));
  if (token === undefined) throw new UsageError('A token is needed: set PRIVET_TOKEN, or give --token-file');
  // A header carries nothing else unchanged.
  if (!/^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(token)) {
    throw new UsageError('The token must be printable ASCII, in one line');
  }
  if (endpoint.protocol === 'http:' && !isLoopback(endpoint.hostname)) {
    io.complain(`Warning: the token goes to ${endpoint.origin} unencrypted: use https://, or a tunnel to the machine`);
  }
  return { endpoint, token };
};

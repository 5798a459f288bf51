import { parseArgs } from 'node:util';

export const HELP = `Measures Privet beside bare Baileys, against the simulator on this machine, and beside bare HTTP servers.

  npm run bench -- [--only update|lists|memory|neighbours|http|nodes] [--samples N] [--rtt MS] [--instances N] [--calls N]
                   [--rounds N] [--seconds S]

  --only PART     one part alone: update (about 50 s), lists (about 70 s), memory (about 4 min on two idle cores), neighbours
                  (about 2 min), http (about 2 min) or nodes (about 3 min)
  --samples N     update, lists: calls of each kind (default 20)
  --rtt MS        update, lists: simulated round trip time in milliseconds (default 100)
  --instances N   memory, neighbours: idle instances (default 1000)
  --calls N       neighbours: calls with and without them; nodes: calls of each way (default 1000)
  --rounds N      http: rounds, in each of which every server is called; nodes: how often so long (default 5)
  --seconds S     http, nodes: how long a server is called in a round (default 3)
  --help          this text

Prints one JSON document on stdout, and its progress on stderr. What the figures mean: bench/README.md.
`;

export const PARTS = ['update', 'lists', 'memory', 'neighbours', 'http', 'nodes'] as const;
export type Part = (typeof PARTS)[number];

export interface Options {
  readonly help: boolean;
  readonly parts: readonly Part[];
  readonly samples: number;
  readonly rttMs: number;
  readonly instances: number;
  readonly calls: number;
  readonly rounds: number;
  readonly seconds: number;
}

/** What is wrong with the command line. */
export class UsageError extends Error {}

const DECLARED = {
  only: { type: 'string' },
  samples: { type: 'string', default: '20' },
  rtt: { type: 'string', default: '100' },
  instances: { type: 'string', default: '1000' },
  calls: { type: 'string', default: '1000' },
  rounds: { type: 'string', default: '5' },
  seconds: { type: 'string', default: '3' },
  help: { type: 'boolean', default: false },
} as const;

export function readOptions(args: string[]): Options {
  const values = parsed(args);
  const only = PARTS.find((part) => part === values.only);
  if (values.only !== undefined && !only) throw new UsageError(`--only: expected ${PARTS.join(' or ')}`);
  return {
    help: values.help,
    parts: only ? [only] : PARTS,
    samples: whole('--samples', values.samples, 1_000),
    rttMs: whole('--rtt', values.rtt, 5_000),
    instances: whole('--instances', values.instances, 2_000),
    calls: whole('--calls', values.calls, 100_000),
    rounds: whole('--rounds', values.rounds, 100),
    seconds: whole('--seconds', values.seconds, 60),
  };
}

function parsed(args: string[]) {
  try {
    return parseArgs({ args, options: DECLARED, strict: true, allowPositionals: false }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function whole(name: string, text: string, max: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= 1 && value <= max)) {
    throw new UsageError(`${name}: expected a whole number from 1 to ${max}, got '${text}'`);
  }
  return value;
}

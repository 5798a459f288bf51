import { parseArgs } from 'node:util';
import { withoutGuard } from './guards/remove.ts';

const HELP = `Runs the harness on many seeds, and says which ones break a promise.

  npm run soak -- [--seeds 1000] [--from 1]   that many seeds, beginning with this one
  npm run soak -- --seed 123                  one seed, with its history
  npm run soak -- --without "update turns"    with that guard of the service removed (\`// guard:\` in src)
  npm run soak -- --nodes                     three nodes of the service on one database
  npm run soak -- --stop                      end with the first seed that breaks a promise
  npm run soak -- --until "bans are waited for"   … that breaks this one, whatever else is broken

A summary in JSON goes to stdout, all else to stderr. Exits 1 when a promise is broken.
`;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    without: { type: 'string' },
    nodes: { type: 'boolean', default: false },
    stop: { type: 'boolean', default: false },
    until: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

function whole(text: string, option: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new RangeError(`--${option} takes a whole number, not "${text}"`);
}

const say = (text: string): void => void process.stderr.write(`${text}\n`);

if (values.help) {
  process.stdout.write(HELP);
} else {
  if (values.without !== undefined) withoutGuard(values.without);
  // Only now: what a guard is removed from must not be loaded before.
  const { ONE_SERVICE, soak } = await import('./soak-run.ts');
  const { THREE_NODES } = await import('./nodes/three-nodes.ts');
  const one = values.seed !== undefined;
  const summary = await soak({
    harness: values.nodes ? THREE_NODES : ONE_SERVICE,
    from: values.seed === undefined ? whole(values.from, 'from') : whole(values.seed, 'seed'),
    seeds: one ? 1 : whole(values.seeds, 'seeds'),
    showHistory: one,
    stop: values.until === undefined ? values.stop : { at: values.until },
    say,
  });
  process.stdout.write(`${JSON.stringify(summary)}\n`);
  process.exitCode = summary.broken.length > 0 ? 1 : 0;
}

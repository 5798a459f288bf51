import { startPeer, startPrivet, type HttpServer } from './http-servers.ts';
import { CONNECTIONS, load, warmUp, type Load } from './http-load.ts';
import { scaled, summarize } from './stats.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** What the service promises of its own throughput, as a part of what Yoga has as it comes. */
const LEAST_OF_YOGA = 0.9;
/** And of its processor time a call, as a multiple of lean Yoga's. */
const MOST_OF_YOGA_LEAN = 2.2;

export const THROUGHPUT_SERVERS = 4;

export interface ThroughputOptions {
  readonly rounds: number;
  readonly seconds: number;
  readonly progress: (text: string) => void;
}

/** Calls a second of the service, bare Yoga and bare node:http, by turns, so that drift of the machine hits all. */
export async function measureThroughput({ rounds, seconds, progress }: ThroughputOptions) {
  await using folder = await temporaryFolder();
  await using privet = await startPrivet(folder.path);
  await using yoga = await startPeer('yoga');
  await using yogaLean = await startPeer('yogaLean');
  await using http = await startPeer('http');
  const servers = { privet, yoga, yogaLean, http };
  const loads: Record<keyof typeof servers, Load[]> = { privet: [], yoga: [], yogaLean: [], http: [] };

  progress('http: warming up');
  for (const server of Object.values(servers)) await warmUp(server);
  for (let round = 1; round <= rounds; round += 1) {
    progress(`http: round ${round} of ${rounds}`);
    for (const [name, server] of inTurn(servers, round)) loads[name].push(await load(server, seconds));
  }

  // Round by round, since the machine may be another one in the next.
  const ratioTo = (name: keyof typeof servers) =>
    scaled(summarize(loads.privet.map((own, round) => own.perSecond / (loads[name][round]?.perSecond ?? 0))), 1, 2);
  const privetPerYoga = ratioTo('yoga');
  const cpuRatios = loads.privet.flatMap(({ cpuUs }, round) => {
    const lean = loads.yogaLean[round]?.cpuUs;
    return cpuUs === undefined || lean === undefined ? [] : cpuUs / lean;
  });
  return {
    connections: CONNECTIONS,
    rounds,
    secondsEach: seconds,
    privet: figures(loads.privet),
    yoga: figures(loads.yoga),
    yogaLean: figures(loads.yogaLean),
    http: figures(loads.http),
    privetPerYoga,
    privetPerYogaLean: ratioTo('yogaLean'),
    privetPerHttp: ratioTo('http'),
    ...cpuFigures(cpuRatios),
    goals: { ofYoga: { least: LEAST_OF_YOGA, met: privetPerYoga.median >= LEAST_OF_YOGA } },
  };
}

/** Nothing where the system tells of no processor time. */
function cpuFigures(ratios: readonly number[]) {
  if (ratios.length === 0) return {};
  const ratio = scaled(summarize(ratios), 1, 2);
  return { cpuPerYogaLean: { ...ratio, most: MOST_OF_YOGA_LEAN, met: ratio.median <= MOST_OF_YOGA_LEAN } };
}

type Named<T> = [keyof T, T[keyof T]][];

/** Each round begins with another one: what comes first or after whom should not count. */
function inTurn<T extends Record<string, HttpServer>>(servers: T, round: number): Named<T> {
  const all = Object.entries(servers) as Named<T>;
  const first = round % all.length;
  return [...all.slice(first), ...all.slice(0, first)];
}

function figures(loads: readonly Load[]) {
  const cpu = loads.flatMap(({ cpuUs }) => cpuUs ?? []);
  return {
    perSecond: scaled(summarize(loads.map(({ perSecond }) => perSecond)), 1, 0),
    p99Ms: scaled(summarize(loads.map(({ p99Ms }) => p99Ms)), 1, 1),
    ...(cpu.length > 0 ? { cpuUsPerRequest: scaled(summarize(cpu), 1, 0) } : {}),
  };
}

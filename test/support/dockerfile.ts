export interface Step {
  /** `COPY`, `RUN` … */
  readonly name: string;
  readonly text: string;
  readonly words: readonly string[];
}

/** The steps of each stage, by the stage's name or number. */
export function stagesOf(dockerfile: string): Map<string, readonly Step[]> {
  const stages = new Map<string, Step[]>();
  for (const line of dockerfile.split('\n').filter((each) => each !== '' && !each.startsWith('#'))) {
    const [, name = '', text = ''] = /^([A-Z]+) (.*)$/.exec(line) ?? [];
    if (name === '') throw new Error(`No step of a Dockerfile on one line: ${line}`);
    if (name === 'FROM') stages.set(/ AS (\w+)$/.exec(text)?.[1] ?? String(stages.size), []);
    [...stages.values()].at(-1)?.push({ name, text, words: text.split(' ') });
  }
  return stages;
}

export interface Copied {
  /** Undefined: the files of the project. */
  readonly stage: string | undefined;
  readonly sources: readonly string[];
  readonly target: string;
}

export function copied({ words }: Step): Copied {
  const stage = /^--from=(\w+)$/.exec(words[0] ?? '')?.[1];
  const paths = stage === undefined ? words : words.slice(1);
  return { stage, sources: paths.slice(0, -1), target: paths.at(-1) ?? '' };
}

/** `*` stands for a dot at the start too, other than in a shell. */
const patternOf = (line: string): RegExp =>
  new RegExp(`^${line.replace(/^!/, '').replaceAll('.', '\\.').replaceAll('**/', '(.+/)?').replaceAll('*', '[^/]*')}$`);

/** Whether Docker leaves this path out: the last line counts that names it, or a folder that it is in. */
export function ignoredBy(dockerignore: string): (path: string) => boolean {
  const lines = dockerignore.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return (path) => {
    const names = path.split('/').map((_, index, all) => all.slice(0, index + 1).join('/'));
    const last = lines.findLast((line) => names.some((name) => patternOf(line).test(name)));
    return last !== undefined && !last.startsWith('!');
  };
}

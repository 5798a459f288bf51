import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where marked code stands. */
const SRC = join(import.meta.dirname, '../../../src');
/** `// guard: <name>`, or `// guard: <name>, else <expression>`, on a line of its own. */
const MARK = /^[ \t]*\/\/ guard: (.*?)(?:, else (.*))?$/gm;

/** A guard as it is marked in the code. */
export interface Mark {
  readonly name: string;
  readonly path: string;
  /** The text of the file, and where in it the mark ends. */
  readonly source: string;
  readonly end: number;
  /** What stands in the place of the marked statement's expression without the guard; undefined where the statement goes. */
  readonly instead: string | undefined;
}

export const marksIn = (path: string, source: string): Mark[] =>
  [...source.matchAll(MARK)].map((match) => ({
    name: match[1] ?? '',
    path,
    source,
    end: match.index + match[0].length,
    instead: match[2],
  }));

/** Every mark of the service, in the order of the files. */
export function allMarks(): Mark[] {
  const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  return files.toSorted().flatMap((file) => {
    const path = join(SRC, file);
    return marksIn(path, readFileSync(path, 'utf8'));
  });
}

/** @throws RangeError where the name is marked nowhere, or more than once. */
export function findMark(name: string, marks: readonly Mark[] = allMarks()): Mark {
  const [mark, ...others] = marks.filter((each) => each.name === name);
  if (!mark) throw new RangeError(`No guard is marked "${name}"`);
  if (others.length > 0) throw new RangeError(`The guard "${name}" is marked ${others.length + 1} times`);
  return mark;
}

import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Guard } from './guard.ts';
import { GUARDS } from './table.ts';

const ROOT = join(import.meta.dirname, '../../..');

export function findGuard(name: string): Guard {
  const guard = GUARDS.find((each) => each.name === name);
  if (!guard) throw new RangeError(`No guard is called "${name}"`);
  return guard;
}

/** The text of the guard's file as it stands. */
export const sourceOf = ({ file }: Guard): string => readFileSync(join(ROOT, file), 'utf8');

export const countOf = (guard: Guard): number => sourceOf(guard).split(guard.find).length - 1;

/** From now on this process loads the guard's file without it; the file itself stays as it is. */
export function withoutGuard(guard: Guard): void {
  if (countOf(guard) !== 1) throw new RangeError(`"${guard.name}" is not found once in ${guard.file}`);
  const url = pathToFileURL(join(ROOT, guard.file)).href;
  registerHooks({
    load(address, context, nextLoad) {
      const loaded = nextLoad(address, context);
      if (address !== url) return loaded;
      return { ...loaded, source: sourceOf(guard).replace(guard.find, () => guard.replace) };
    },
  });
}

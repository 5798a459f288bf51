import { execFileSync } from 'node:child_process';
import { existsSync, globSync, statSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const BUILT = join(ROOT, 'console/dist/index.html');
const SOURCES = ['console/src/**', 'console/*.*', 'package-lock.json'];
const VITE = join(ROOT, 'node_modules/vite/bin/vite.js');

const changedAt = (path: string): number => statSync(path).mtimeMs;

/** `npm ci` builds the console; whoever changes it or takes another version of it since then tests what there is now. */
export default function buildConsole(): void {
  const sources = globSync(SOURCES, { cwd: ROOT }).map((path) => join(ROOT, path));
  const newest = Math.max(...sources.map(changedAt));
  if (existsSync(BUILT) && changedAt(BUILT) > newest) return;
  // In one go, since each project of a run calls this.
  execFileSync(process.execPath, [VITE, 'build', 'console', '--logLevel', 'warn'], { cwd: ROOT, stdio: 'inherit' });
}

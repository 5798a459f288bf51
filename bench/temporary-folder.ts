import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TemporaryFolder extends AsyncDisposable {
  readonly path: string;
}

const present = new Set<string>();

/** A folder that is gone when the bench is. */
export async function temporaryFolder(): Promise<TemporaryFolder> {
  const path = await mkdtemp(join(tmpdir(), 'privet-bench-'));
  present.add(path);
  return {
    path,
    async [Symbol.asyncDispose]() {
      await rm(path, { recursive: true, force: true });
      present.delete(path);
    },
  };
}

/** Those that a failure or a signal has left. */
export function removeTemporaryFolders(): void {
  for (const path of present) rmSync(path, { recursive: true, force: true });
}

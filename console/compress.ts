import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';
import type { Plugin } from 'vite';

const ENCODINGS = [
  ['.br', promisify(brotliCompress)],
  ['.gz', promisify(gzip)],
] as const;

/** Puts `x.br` and `x.gz` beside each built file `x` that they are smaller than: the service compresses nothing. */
export const compressed = (): Plugin => ({
  name: 'compressed',
  apply: 'build',
  async writeBundle({ dir = '' }, bundle) {
    for (const [name, file] of Object.entries(bundle)) {
      const body = Buffer.from(file.type === 'chunk' ? file.code : file.source);
      for (const [ending, compress] of ENCODINGS) {
        const smaller = await compress(body);
        if (smaller.length < body.length) await writeFile(join(dir, name + ending), smaller);
      }
    }
  },
});

import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import { extname, join, relative, sep } from 'node:path';
import type { FixedAnswer } from '../../route.ts';

/** A file in memory, in each encoding that the build made of it. */
export interface ServedFile {
  /** In the smallest form that the client takes; 304 where it has it already. */
  answerTo(headers: IncomingHttpHeaders): FixedAnswer;
}

/** What a build puts beside a file, the smaller first. Browsers ask for Brotli only over TLS and on loopback. */
const ENCODINGS = [
  ['.br', 'br'],
  ['.gz', 'gzip'],
] as const;

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
};

/**
 * Reads every file of `folder` and of the folders in it. Nothing else can be asked for: paths are looked up, not opened.
 * @param headersOf those that a file has beside its type, by its path, such as `/index.html`.
 * @returns the files by their paths.
 */
export async function readFiles(
  folder: string,
  headersOf: (path: string) => Readonly<Record<string, string>>,
): Promise<Map<string, ServedFile>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const names = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  const read = async (name: string): Promise<[string, Buffer]> => [
    `/${relative(folder, name).split(sep).join('/')}`,
    await readFile(name),
  ];
  const bodies = new Map(await Promise.all(names.map(read)));
  const isEncoded = (path: string): boolean =>
    ENCODINGS.some(([ending]) => path.endsWith(ending) && bodies.has(path.slice(0, -ending.length)));
  const files = new Map<string, ServedFile>();
  for (const [path, body] of bodies) {
    if (isEncoded(path)) continue;
    const headers = { 'content-type': TYPES[extname(path)] ?? 'application/octet-stream', ...headersOf(path) };
    const encoded = ENCODINGS.flatMap(([ending, encoding]) => {
      const smaller = bodies.get(path + ending);
      return smaller ? [variantOf(smaller, headers, encoding)] : [];
    });
    files.set(path, servedFile(encoded, variantOf(body, headers)));
  }
  return files;
}

interface Variant {
  readonly encoding: string | undefined;
  readonly etag: string;
  readonly answer: FixedAnswer;
  readonly unchanged: FixedAnswer;
}

function variantOf(body: Buffer, base: Readonly<Record<string, string>>, encoding?: string): Variant {
  const etag = `"${createHash('sha256').update(body).digest('base64url')}"`;
  const headers = {
    ...base,
    etag,
    vary: [base['vary'], 'Accept-Encoding', 'Origin'].filter(Boolean).join(', '),
    ...(encoding === undefined ? {} : { 'content-encoding': encoding }),
  };
  // All headers once more: a browser takes those of a 304 over, the policy too.
  return { encoding, etag, answer: { headers, body }, unchanged: { status: 304, headers, body: Buffer.alloc(0) } };
}

const servedFile = (encoded: readonly Variant[], plain: Variant): ServedFile => ({
  answerTo(headers) {
    const accepted = listed(headers['accept-encoding']?.toString().toLowerCase());
    const variant = encoded.find(({ encoding }) => encoding !== undefined && accepted.has(encoding)) ?? plain;
    const known = listed(headers['if-none-match']?.replaceAll('W/', ''));
    return known.has(variant.etag) ? variant.unchanged : variant.answer;
  },
});

/** What a header lists, without what it refuses by `q=0`. */
const listed = (header = ''): ReadonlySet<string> =>
  new Set(
    header
      .split(',')
      .map((entry) => entry.split(';').map((part) => part.trim()))
      .filter(([, weight = '']) => !/^q=0(\.0*)?$/.test(weight))
      .map(([name = '']) => name),
  );

/** What must be found nowhere, and what it is. */
export interface Canary {
  readonly what: string;
  readonly bytes: Buffer;
}

export const canary = (what: string, value: string | Uint8Array): Canary => ({ what, bytes: Buffer.from(value) });

/** A place to look into. */
export interface Haystack {
  readonly where: string;
  readonly bytes: Buffer;
}

/** Base64 of the bytes wherever they stand in what was encoded: at three offsets, without the characters they share. */
function base64Forms(bytes: Buffer, encoding: 'base64' | 'base64url'): string[] {
  return [0, 1, 2].map((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString(encoding)
      .replace(/=+$/, '');
    const shared = (bytes.length + offset) % 3 === 0 ? 0 : 1;
    return text.slice(offset === 0 ? 0 : offset + 1, text.length - shared);
  });
}

/** The ways in which bytes get into a log or a file. */
export function formsOf(bytes: Buffer): ReadonlyMap<string, Buffer> {
  const texts: readonly (readonly [string, string])[] = [
    ...base64Forms(bytes, 'base64').map((text, offset) => [`base64 at ${offset}`, text] as const),
    ...base64Forms(bytes, 'base64url').map((text, offset) => [`base64url at ${offset}`, text] as const),
    ['hex', bytes.toString('hex')],
    ['upper-case hex', bytes.toString('hex').toUpperCase()],
    ['numbers', [...bytes].join(',')],
    ['JSON of bytes', [...bytes].map((byte, i) => `"${i}":${byte}`).join(',')],
    ['a URL', encodeURIComponent(bytes.toString('latin1'))],
  ];
  const others = texts.filter(([, text]) => text !== bytes.toString('latin1'));
  return new Map([['itself', bytes], ...others.map(([form, text]) => [form, Buffer.from(text)] as const)]);
}

/** What was found, in words; empty where nothing was. */
export function findCanaries(canaries: readonly Canary[], haystacks: readonly Haystack[]): string[] {
  return canaries.flatMap(({ what, bytes }) =>
    [...formsOf(bytes)].flatMap(([form, needle]) =>
      haystacks.filter((hay) => hay.bytes.includes(needle)).map(({ where }) => `${what} as ${form} in ${where}`),
    ),
  );
}

import { isIP } from 'node:net';

const UNKNOWN = 'unknown';

/**
 * The address of a request's client, for limits by address. Each proxy appends its caller's address to X-Forwarded-For.
 * With `hops` trusted proxies the client's address is the entry at position `hops` from the right; anything further left
 * could be forged. Without a usable entry it is the other end of the connection.
 */
export function clientAddress(remote: string | undefined, forwardedFor: string | undefined, hops: number): string {
  const entry = hops > 0 ? forwardedFor?.split(',').at(-hops) : undefined;
  return normalized(entry === undefined ? undefined : withoutPort(entry.trim())) ?? normalized(remote) ?? UNKNOWN;
}

/** Some proxies write `1.2.3.4:5678` and `[2001:db8::1]:5678`. */
function withoutPort(entry: string): string {
  const bracketed = /^\[([^\]]+)\](?::\d+)?$/.exec(entry)?.[1];
  return bracketed ?? /^([\d.]+):\d+$/.exec(entry)?.[1] ?? entry;
}

/** The same text for the same client. For IPv6 the first 64 bits: a customer usually has all addresses below them. */
function normalized(address: string | undefined): string | undefined {
  if (address === undefined) return undefined;
  const mapped = /^::ffff:([\d.]+)$/i.exec(address)?.[1] ?? address;
  if (isIP(mapped) === 4) return mapped;
  return isIP(mapped) === 6 ? network(mapped) : undefined;
}

function network(address: string): string {
  const [plain = ''] = address.split('%');
  const [head = '', tail] = plain.split('::');
  const groups = (text: string): string[] => (text === '' ? [] : text.split(':'));
  const [left, right] = [groups(head), groups(tail ?? '')];
  // A dotted end stands for two groups. It is never among the first four, unless all groups before it are given.
  const given = left.length + right.length + (plain.includes('.') ? 1 : 0);
  const all = tail === undefined ? left : [...left, ...Array<string>(Math.max(0, 8 - given)).fill('0'), ...right];
  const first = all.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
  return `${first.join(':')}::/64`;
}

import { isIP } from 'node:net';

const UNKNOWN = 'unknown';

/**
 * Whom a request is from, for limits by address. Each proxy appends the address that it was called from to
 * X-Forwarded-For, so of `hops` trusted ones the first has written the entry that stands `hops` from the right; what
 * stands left of it is the client's own claim. Without a usable entry there, it is the other end of the connection.
 */
export function clientAddress(remote: string | undefined, forwardedFor: string | undefined, hops: number): string {
  const entry = hops > 0 ? forwardedFor?.split(',').at(-hops) : undefined;
  return normal(entry === undefined ? undefined : withoutPort(entry.trim())) ?? normal(remote) ?? UNKNOWN;
}

/** Some proxies write `1.2.3.4:5678` and `[2001:db8::1]:5678`. */
function withoutPort(entry: string): string {
  const bracketed = /^\[([^\]]+)\](?::\d+)?$/.exec(entry)?.[1];
  return bracketed ?? /^([\d.]+):\d+$/.exec(entry)?.[1] ?? entry;
}

/** The same text for the same client. Of IPv6 the first 64 bits: a customer has all addresses below them. */
function normal(address: string | undefined): string | undefined {
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
  // A dotted end stands for two groups; it is never among the first four that count unless all before it are there.
  const given = left.length + right.length + (plain.includes('.') ? 1 : 0);
  const all = tail === undefined ? left : [...left, ...Array<string>(Math.max(0, 8 - given)).fill('0'), ...right];
  const first = all.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
  return `${first.join(':')}::/64`;
}

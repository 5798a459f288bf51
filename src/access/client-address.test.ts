import { expect, test } from 'vitest';
import { clientAddress } from './client-address.ts';

test.each([
  ['no proxy is trusted', '10.0.0.1', '1.1.1.1', 0, '10.0.0.1'],
  ['one proxy', '10.0.0.1', '1.1.1.1', 1, '1.1.1.1'],
  ['one proxy, and a claim of the client', '10.0.0.1', '6.6.6.6, 1.1.1.1', 1, '1.1.1.1'],
  ['two proxies, and a claim of the client', '10.0.0.1', '6.6.6.6, 1.1.1.1, 10.0.0.2', 2, '1.1.1.1'],
  ['fewer entries than proxies', '10.0.0.1', '1.1.1.1', 2, '10.0.0.1'],
  ['no header', '10.0.0.1', undefined, 1, '10.0.0.1'],
  ['an entry that is no address', '10.0.0.1', '1.1.1.1, unknown', 1, '10.0.0.1'],
  ['an empty entry', '10.0.0.1', '1.1.1.1,', 1, '10.0.0.1'],
  ['an entry with a port', '10.0.0.1', '1.1.1.1:5678', 1, '1.1.1.1'],
  ['IPv6 with a port', '10.0.0.1', '[2001:db8::1]:5678', 1, '2001:db8:0:0::/64'],
  ['IPv4 within IPv6', '::ffff:10.0.0.1', undefined, 0, '10.0.0.1'],
  ['IPv6 of one network', '2001:db8:1:2:3:4:5:6', undefined, 0, '2001:db8:1:2::/64'],
  ['the same, written otherwise', '2001:0DB8:0001:2::9', undefined, 0, '2001:db8:1:2::/64'],
  ['IPv6 that begins with zeros', '::1', undefined, 0, '0:0:0:0::/64'],
  ['IPv6 that ends with zeros', '2001:db8::', undefined, 0, '2001:db8:0:0::/64'],
  ['IPv6 with a dotted end', '64:ff9b::1.2.3.4', undefined, 0, '64:ff9b:0:0::/64'],
  ['IPv6 with a zone', 'fe80::1%eth0', undefined, 0, 'fe80:0:0:0::/64'],
  ['a connection that is closed', undefined, undefined, 0, 'unknown'],
] as const)('%s', (_what, remote, forwardedFor, hops, address) => {
  expect(clientAddress(remote, forwardedFor, hops)).toBe(address);
});

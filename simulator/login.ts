import { randomBytes } from 'node:crypto';
import type { Accounts } from './accounts.ts';
import type { Faults } from './faults.ts';
import type { IqContext } from './iq.ts';
import type { Link } from './link.ts';
import { failure, node, replaced, SERVER, unixSeconds } from './nodes.ts';

const BAN_SECONDS = '3600';

/**
 * Lets a device in that was paired with this noise key; any other is answered `<failure reason="401"/>`. Undefined where
 * the link is not logged in.
 */
export function logIn(
  { accounts, faults }: { accounts: Accounts; faults: Faults },
  link: Link,
  noiseKey: Buffer,
  who: { user: string; device: number },
): IqContext | undefined {
  const account = accounts.account(who.user);
  const device = account?.devices.get(who.device);
  const fault = faults.forLogin(who.user);
  if (fault?.do === 'no-success') return undefined;
  if (fault) {
    const code = fault.code ?? 401;
    // A temporary ban says for how long.
    link.finish(failure(code, code === 402 ? { code: '101', expire: BAN_SECONDS } : {}));
    return undefined;
  }
  if (!account || !device?.noiseKey.equals(noiseKey)) {
    link.finish(failure(401));
    return undefined;
  }
  device.link?.finish(replaced());
  device.link = link;
  device.active = false;
  account.logins.push(Date.now());
  const routing = node('routing_info', {}, randomBytes(8));
  link.send(node('success', { t: unixSeconds(), ...account.deviceLid(device.id), props: '27', location: 'sim' }));
  link.send(node('ib', { from: SERVER }, [node('edge_routing', {}, [routing])]));
  return { account, device, link, accounts };
}

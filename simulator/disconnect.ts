import type { Account } from './accounts.ts';
import type { Link } from './link.ts';
import { deviceRemoved, failure, node, replaced, streamError } from './nodes.ts';

/**
 * How the server, or the phone, ends the links of an account. `close` is an orderly end of the TCP stream, `reset` is
 * none; `ws-close` closes the WebSocket and leaves the TCP stream open for a second.
 */
export type Disconnect =
  | 'close'
  | 'reset'
  | 'ws-close'
  | `stream:${number}`
  | 'stream:ack'
  | 'stream:xml'
  | `failure:${number}`
  | 'xmlstreamend'
  | 'replaced'
  | 'device_removed';

/** Ends the links of an account; resolves once they are gone. */
export async function disconnect(account: Account, how: Disconnect): Promise<void> {
  const { links } = account;
  // Unlinked from the phone: no device of the account can log in again, connected now or not.
  if (how === 'device_removed') account.devices.clear();
  for (const link of links) end(link, how);
  await Promise.all(links.map((link) => link.closed));
}

function end(link: Link, how: Disconnect): void {
  switch (how) {
    case 'close':
    case 'reset':
      return link.cut(how);
    case 'ws-close':
      return link.closeWebSocket();
    case 'xmlstreamend':
      return link.endStream();
    case 'replaced':
      return link.finish(replaced());
    case 'device_removed':
      return link.finish(deviceRemoved());
    case 'stream:ack':
      return link.finish(node('stream:error', {}, [node('ack', { class: 'message', id: link.nextId() })]));
    case 'stream:xml':
      return link.finish(node('stream:error', {}, [node('xml-not-well-formed')]));
    default: {
      const [kind, code] = how.split(':');
      return link.finish(kind === 'failure' ? failure(Number(code)) : streamError(Number(code)));
    }
  }
}

import type { ClientRequest } from 'node:http';
import { Agent } from 'node:https';
import type { Socket } from 'node:net';

interface ConnectOptions {
  readonly createConnection: (options: ConnectOptions) => Socket;
}

/**
 * Takes the offer to compress out of the upgrade. Baileys opens its WebSocket as `ws` does where nobody says otherwise: it
 * offers to, and then inflates up to 100 MB a message before the server has proven anything. Node takes any agent that has
 * `addRequest`; this one is for both protocols, and keeps no connections.
 */
export const uncompressed = Object.assign(new Agent(), {
  protocol: undefined,
  addRequest(request: ClientRequest, options: ConnectOptions): void {
    request.removeHeader('Sec-WebSocket-Extensions');
    request.onSocket(options.createConnection(options));
  },
});

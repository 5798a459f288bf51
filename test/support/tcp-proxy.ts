import { connect, createServer, type Socket } from 'node:net';

/** A proxy on this machine, whose connections can be cut, or made to answer nothing. */
export interface TcpProxy extends AsyncDisposable {
  readonly port: number;
  /** Ends the connections that are open. */
  cut(): void;
  /** From now on nothing comes through, in either direction, and no connection ends; false takes that back for new ones. */
  blackHole(on: boolean): void;
  /** From now on nothing comes through, in either direction, and no connection ends; with false it does, late: as in a network. */
  hold(on: boolean): void;
  /** From now on new connections lead to that port. */
  leadTo(port: number): void;
}

/** @param listensOn 0: any free port */
export async function startTcpProxy(target: number, listensOn = 0): Promise<TcpProxy> {
  const open = new Set<Socket>();
  let port = target;
  let isHole = false;
  let isHeld = false;
  // Half open, or Node would answer the end of one side by itself, which a black hole does not.
  const allowHalfOpen = true;
  const server = createServer({ allowHalfOpen }, (client) => {
    const other = connect({ port, host: '127.0.0.1', allowHalfOpen });
    for (const [from, to] of [
      [client, other],
      [other, client],
    ] as const) {
      open.add(from);
      from.on('data', (chunk) => {
        if (!isHole) to.write(chunk);
      });
      from.on('end', () => {
        if (!isHole) to.end();
      });
      from.on('error', () => {});
      from.on('close', () => {
        open.delete(from);
        if (!isHole) to.destroy();
      });
      if (isHeld) from.pause();
    }
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(listensOn, '127.0.0.1', resolve);
  await promise;
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('It listens on a port');
  const cut = () => open.forEach((socket) => socket.destroy());
  return {
    port: address.port,
    cut,
    blackHole: (on) => {
      isHole = on;
    },
    hold: (on) => {
      isHeld = on;
      for (const socket of open) {
        if (on) socket.pause();
        else socket.resume();
      }
    },
    leadTo: (to) => {
      port = to;
    },
    async [Symbol.asyncDispose]() {
      cut();
      server.close();
    },
  };
}

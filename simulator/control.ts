import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { BufferJSON } from '@whiskeysockets/baileys';
import { BODIES, readBody } from './control-schema.ts';
import { SimulatorError } from './errors.ts';
import type { Simulator } from './simulator.ts';

export interface ControlOptions {
  readonly host?: string;
  /** Any free one by default. */
  readonly port?: number;
}

export interface ControlPort extends AsyncDisposable {
  readonly url: string;
}

const MAX_BODY_BYTES = 64 * 1024;

type Route = (simulator: Simulator, body: string, phoneNumber: string) => unknown;

/** By method and path; `:phone` stands for a phone number. */
const ROUTES: Readonly<Record<string, Route>> = {
  'POST /scan': async (simulator, body) => {
    const { qr, phoneNumber } = readBody(BODIES.scan, body);
    return { phoneNumber: await simulator.scan(qr, phoneNumber) };
  },
  'POST /notify-companion': async (simulator, body) => {
    const { shown, ...notification } = readBody(BODIES.notifyCompanion, body);
    await simulator.notifyCompanion(shown, notification);
  },
  'GET /codes': (simulator) => ({ phoneNumbers: simulator.askedForCode }),
  'POST /code': async (simulator, body) => {
    const { phoneNumber, code } = readBody(BODIES.code, body);
    await simulator.enterCode(phoneNumber, code);
  },
  'POST /devices': (simulator, body) => {
    const { phoneNumber, ...options } = readBody(BODIES.device, body);
    simulator.createAccount(phoneNumber, options);
    return { credentials: JSON.stringify(simulator.linkDevice(phoneNumber), BufferJSON.replacer) };
  },
  'POST /accounts': (simulator, body) => {
    const { phoneNumber, ...options } = readBody(BODIES.account, body);
    simulator.createAccount(phoneNumber, options);
  },
  'POST /contacts': (simulator, body) => {
    const { count, numbers = [], ...options } = readBody(BODIES.contacts, body);
    const people = simulator.createContacts(count ?? numbers, options);
    return { contacts: people.map((person) => ({ phoneNumber: person.phoneNumber, lid: person.lid ?? null })) };
  },
  'GET /accounts/:phone': (simulator, _, phoneNumber) => {
    const { privacy, exclusions, blocklist, timer, stanzas, connected } = simulator.account(phoneNumber);
    const shown = stanzas.map(({ at, tag, xmlns = null, type = null, category, value, list, members }) => ({
      at,
      tag,
      xmlns,
      type,
      category,
      value,
      list,
      members,
    }));
    return { privacy, exclusions, blocklist, timer, stanzas: shown, connected };
  },
  'POST /accounts/:phone/privacy': (simulator, body, phoneNumber) => {
    const { category, value, notify = true } = readBody(BODIES.privacy, body);
    simulator.setPrivacy(phoneNumber, category, value, { notify });
  },
  'POST /accounts/:phone/exclusions': (simulator, body, phoneNumber) => {
    const { category, notify = true, ...change } = readBody(BODIES.exclusions, body);
    simulator.setExclusions(phoneNumber, category, change, { notify });
  },
  'POST /accounts/:phone/blocklist': (simulator, body, phoneNumber) => {
    const { notify = true, ...change } = readBody(BODIES.blocklist, body);
    simulator.setBlocked(phoneNumber, change, { notify });
  },
  'POST /accounts/:phone/timer': (simulator, body, phoneNumber) => {
    const { seconds, notify = true } = readBody(BODIES.timer, body);
    simulator.setTimer(phoneNumber, seconds, { notify });
  },
  'POST /accounts/:phone/frames': (simulator, body, phoneNumber) => ({
    links: simulator.sendFrames(phoneNumber, readBody(BODIES.frames, body).frames),
  }),
  'POST /accounts/:phone/disconnect': async (simulator, body, phoneNumber) => {
    await simulator.disconnect(phoneNumber, readBody(BODIES.disconnect, body).how);
  },
  'POST /faults': (simulator, body) => void simulator.addFault(readBody(BODIES.fault, body)),
  'DELETE /faults': (simulator) => simulator.clearFaults(),
  'POST /rtt': (simulator, body) => simulator.setRtt(readBody(BODIES.rtt, body).ms),
};

/** Opens the control port of a simulator: JSON over HTTP. */
export async function openControlPort(simulator: Simulator, options: ControlOptions = {}): Promise<ControlPort> {
  const host = options.host ?? '127.0.0.1';
  const http = createServer((request, response) => void serve(simulator, request, response));
  await new Promise<void>((resolve, reject) => {
    http.once('error', reject);
    http.listen(options.port ?? 0, host, resolve);
  });
  return {
    url: `http://${host}:${(http.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise<void>((resolve) => http.close(() => resolve()));
      http.closeAllConnections();
      await closed;
    },
  };
}

async function serve(simulator: Simulator, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname);
    const [, phoneNumber = ''] = /^\/accounts\/([^/]+)/.exec(path) ?? [];
    const route = ROUTES[`${request.method} ${path.replace(/^\/accounts\/[^/]+/, '/accounts/:phone')}`];
    if (!route) return reply(response, 404, { error: `path: no ${request.method} ${path}` });
    const body = await readText(request);
    if (body === undefined) return reply(response, 413, { error: `body: more than ${MAX_BODY_BYTES} bytes` });
    reply(response, 200, (await route(simulator, body, phoneNumber)) ?? {});
  } catch (error) {
    if (error instanceof SimulatorError) reply(response, error.status, { error: error.message });
    else if (error instanceof URIError) reply(response, 400, { error: 'path: malformed' });
    else reply(response, 500, { error: String(error) });
  }
}

/** The body, or undefined where it is too large. What is too large is read to its end, so that the client hears the answer. */
async function readText(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  return size <= MAX_BODY_BYTES ? Buffer.concat(chunks).toString('utf8') : undefined;
}

function reply(response: ServerResponse, status: number, body: unknown): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

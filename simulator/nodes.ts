import type { BinaryNode } from '@whiskeysockets/baileys';

/** The server's own address, as it writes it in `from`: a JID pair without a user, which Baileys compares with. */
export const SERVER = '@s.whatsapp.net';

/** Baileys writes the server like that as well, others as the bare token. */
export const isServer = (jid: string | undefined): boolean => jid === SERVER || `@${jid}` === SERVER;

export const node = (tag: string, attrs: Record<string, string> = {}, content?: BinaryNode['content']): BinaryNode =>
  content === undefined ? { tag, attrs } : { tag, attrs, content };

export const children = (parent: BinaryNode | undefined): BinaryNode[] =>
  Array.isArray(parent?.content) ? parent.content : [];

export const child = (parent: BinaryNode | undefined, tag: string): BinaryNode | undefined =>
  children(parent).find((each) => each.tag === tag);

/** The bytes of a child, or undefined where there is no such child or it holds something else. */
export const childBytes = (parent: BinaryNode | undefined, tag: string): Buffer | undefined => {
  const content = child(parent, tag)?.content;
  return content instanceof Uint8Array ? Buffer.from(content) : undefined;
};

/** The text of a child: short texts may arrive as a token and long ones as bytes. */
export const childText = (parent: BinaryNode | undefined, tag: string): string | undefined => {
  const content = child(parent, tag)?.content;
  if (typeof content === 'string') return content;
  return content instanceof Uint8Array ? Buffer.from(content).toString('utf8') : undefined;
};

/** Unix seconds, as the attribute `t` wants them. */
export const unixSeconds = (): string => String(Math.floor(Date.now() / 1000));

const ERROR_TEXTS: Readonly<Record<number, string>> = {
  400: 'bad-request',
  401: 'not-authorized',
  403: 'forbidden',
  404: 'item-not-found',
  405: 'not-allowed',
  406: 'not-acceptable',
  409: 'conflict',
  410: 'gone',
  419: 'resource-limit',
  423: 'locked',
  429: 'rate-overlimit',
  500: 'internal-server-error',
  501: 'feature-not-implemented',
  503: 'service-unavailable',
  530: 'partial-server-error',
};

/** What a handler throws to answer an IQ with `type="error"`. */
export class Refusal extends Error {
  readonly code: number;
  constructor(code: number, why = '') {
    super(why);
    this.name = 'Refusal';
    this.code = code;
  }
}

/** The only child of a stanza, which must have this tag. Throws `Refusal` 400. */
export function only(parent: BinaryNode, tag: string): BinaryNode {
  const [first, ...more] = children(parent);
  if (first?.tag !== tag || more.length > 0) throw new Refusal(400, `expected exactly one <${tag}>`);
  return first;
}

export const iqResult = (request: BinaryNode, content?: BinaryNode[]): BinaryNode =>
  node('iq', { from: SERVER, type: 'result', id: request.attrs['id'] ?? '' }, content);

export const iqError = (request: BinaryNode, code: number, text = ERROR_TEXTS[code] ?? 'error'): BinaryNode =>
  node('iq', { from: SERVER, type: 'error', id: request.attrs['id'] ?? '' }, [
    node('error', { code: String(code), text }),
  ]);

/** Neither a result nor an error. */
export const iqOdd = (request: BinaryNode): BinaryNode =>
  node('iq', { from: SERVER, type: 'odd', id: request.attrs['id'] ?? '' });

export const streamError = (code: number): BinaryNode => node('stream:error', { code: String(code) });

export const replaced = (): BinaryNode => node('stream:error', {}, [node('conflict', { type: 'replaced' })]);

export const deviceRemoved = (): BinaryNode =>
  node('stream:error', { code: '401' }, [node('conflict', { type: 'device_removed' })]);

export const failure = (reason: number, attrs: Record<string, string> = {}): BinaryNode =>
  node('failure', { reason: String(reason), location: 'sim', ...attrs });

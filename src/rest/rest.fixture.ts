import { Ajv2020, type AnySchema } from 'ajv/dist/2020.js';

export interface RestAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

export interface RestCall {
  readonly headers?: Record<string, string>;
  /** As it goes over the wire; anything but a string or bytes is written as JSON. */
  readonly body?: unknown;
}

/** A client that holds every answer against the service's own description. */
export interface RestClient {
  send(method: string, path: string, call?: RestCall): Promise<RestAnswer>;
}

interface Described {
  readonly content: Record<string, { schema: { $ref: string } }>;
  readonly headers?: Record<string, { schema: AnySchema; required: boolean }>;
}
type PathItem = Record<string, { responses: Record<string, Described> } | undefined>;
export interface Description {
  readonly paths: Record<string, PathItem>;
  readonly components: { schemas: Record<string, AnySchema> };
}

export async function connectRest(url: string): Promise<RestClient> {
  const description = (await (await fetch(`${url}/openapi.json`)).json()) as Description;
  const isValid = createJudge(description);
  return {
    async send(method, path, { headers = {}, body } = {}) {
      const sent = new Headers(headers);
      if (body !== undefined && !sent.has('content-type')) sent.set('content-type', 'application/json');
      const response = await fetch(url + path, {
        method,
        headers: sent,
        ...(body === undefined ? {} : { body: isRaw(body) ? body : JSON.stringify(body) }),
        signal: AbortSignal.timeout(40_000),
      });
      const answer = { status: response.status, headers: response.headers, body: (await response.json()) as unknown };
      checkAnswer(description, isValid, method, path, answer);
      return answer;
    },
  };
}

const isRaw = (body: unknown): body is string | Uint8Array<ArrayBuffer> =>
  typeof body === 'string' || body instanceof Uint8Array;

/** @returns what is wrong with a value, undefined for nothing; `ref` as in the description. */
export function createJudge({ components }: Description): (ref: string, value: unknown) => string | undefined {
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true });
  ajv.addKeyword('components');
  ajv.addSchema({ $id: 'api', components });
  return (ref, value) => {
    const validate = ajv.getSchema(`api${ref}`);
    if (!validate) throw new Error(`The description has no ${ref}`);
    return validate(value) ? undefined : ajv.errorsText(validate.errors);
  };
}

function checkAnswer(
  description: Description,
  isValid: ReturnType<typeof createJudge>,
  method: string,
  path: string,
  { status, headers, body }: RestAnswer,
): void {
  const where = `${method} ${path} → ${status}`;
  const response = describedAs(description, method, new URL(path, 'http://x').pathname, status);
  if (!response) throw new Error(`${where} is not described`);
  if (headers.get('content-type') !== 'application/json') throw new Error(`${where}: ${headers.get('content-type')}`);
  for (const [name, { required }] of Object.entries(response.headers ?? {})) {
    if (required && !headers.get(name)) throw new Error(`${where} lacks the header ${name}`);
  }
  const problem = isValid(response.content['application/json']?.schema.$ref ?? '', body);
  if (problem !== undefined) throw new Error(`${where} ${JSON.stringify(body)}: ${problem}`);
}

function describedAs({ paths }: Description, method: string, pathname: string, status: number): Described | undefined {
  const isUsers = pathname.startsWith('/users/');
  const item = Object.entries(paths).find(([template]) => matches(template, pathname))?.[1];
  const schema = { $ref: `#/components/schemas/${isUsers ? 'UsersError' : 'ProfileError'}` };
  const error = { content: { 'application/json': { schema } } };
  // OpenAPI has no place for methods that a path does not have: the path's description says how they are answered.
  if (status === 405) return { ...error, headers: { Allow: { schema: { type: 'string' }, required: true } } };
  if (item) return item[method.toLowerCase()]?.responses[status];
  // A path that is no endpoint: only that it says so, in the envelope of what it lies below.
  return status === 404 ? error : undefined;
}

const matches = (template: string, pathname: string): boolean =>
  new RegExp(`^${template.replace(/\{\w+\}/g, '[^/]+')}$`).test(pathname);

/** What the two APIs answer where something went wrong. */
export const profileError = (message: string): object => ({ success: false, error: { message } });
export const usersError = (code: number, message: string, error: string): object => ({
  status: false,
  code,
  message,
  error,
});

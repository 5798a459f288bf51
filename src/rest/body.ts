import { described } from '../errors.ts';
import { badRequest, ProblemError } from './problem.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isJson = (contentType: string | null): boolean =>
  contentType?.split(';', 1)[0]?.trim().toLowerCase() === 'application/json';

/** With a code of its own, since one of the APIs has a fixed text for it. */
export const notParsable = (): ProblemError => new ProblemError(400, 'NOT_PARSABLE', 'The body must be valid JSON');

/**
 * The JSON body of a request; undefined without a body, whatever its content type.
 * @throws ProblemError 415 for another type, 400 for anything but JSON in UTF-8.
 */
export async function readJson(request: Request): Promise<unknown> {
  const bytes = await request.arrayBuffer();
  if (bytes.byteLength === 0) return undefined;
  if (!isJson(request.headers.get('content-type'))) {
    throw new ProblemError(415, 'UNSUPPORTED_MEDIA_TYPE', 'The body must be application/json');
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown;
  } catch {
    throw notParsable();
  }
}

/** The same for a body that must be an object. */
export async function readJsonObject(request: Request): Promise<JsonObject | undefined> {
  const body = await readJson(request);
  if (body !== undefined && !isObject(body)) throw badRequest(`The body must be a JSON object, not ${described(body)}`);
  return body;
}

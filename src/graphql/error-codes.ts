import { ERROR_CODES } from '../errors.ts';

/** What a request can be refused with before anything of it is looked up, and what went wrong within the service. */
const REQUEST_CODES = {
  BAD_REQUEST: 'The request is none that the service understands, such as a body that is no GraphQL request.',
  GRAPHQL_PARSE_FAILED: 'The document is no GraphQL.',
  GRAPHQL_VALIDATION_FAILED: 'The document does not fit the schema, or asks for more than a document may.',
  ORIGIN_NOT_ALLOWED: "The page's origin may not call the service from a browser.",
  METHOD_NOT_ALLOWED: 'The path takes another method.',
  NOT_ACCEPTABLE: 'The client reads no form in which the service could answer this.',
  LENGTH_REQUIRED: 'The body came without its length.',
  CONTENT_TOO_LARGE: 'The body is too large.',
  UNSUPPORTED_MEDIA_TYPE: 'The body is not JSON.',
  INTERNAL_SERVER_ERROR: 'Something failed that the caller can do nothing about; the log says what.',
} as const satisfies Record<string, string>;

/** All values of `extensions.code`, with what they mean. */
export const ALL_ERROR_CODES = { ...ERROR_CODES, ...REQUEST_CODES };

export type AnyErrorCode = keyof typeof ALL_ERROR_CODES;

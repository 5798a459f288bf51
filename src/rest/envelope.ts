import type { Problem } from '../route.ts';

/** Answers with a problem in the format of one of the two APIs. */
export type Envelope = (problem: Problem) => Response;

const NO_TOKEN = 'A valid token is required: send it in the header "token"';

/** `{ success, error: { message } }`: for `/api/profile/privacy/:instance`, and for unknown paths. */
export const profileEnvelope: Envelope = ({ status, code, message, headers }) =>
  Response.json(
    { success: false, error: { message: code === 'UNAUTHENTICATED' ? NO_TOKEN : message } },
    { status, headers: { ...headers } },
  );

/** The text of `message` for each status; `error` has the details. */
export const STATUS_TEXTS: Readonly<Record<number, string>> = {
  400: 'Bad request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not found',
  405: 'Method not allowed',
  409: 'Conflict',
  411: 'Length required',
  413: 'Content too large',
  415: 'Unsupported media type',
  429: 'Too many requests',
  500: 'Internal server error',
  502: 'Bad gateway',
  503: 'Service unavailable',
  504: 'Gateway timeout',
};

/** Codes for which that API has a fixed text in `error`. */
const FIXED_TEXTS: Readonly<Record<string, string>> = {
  UNAUTHENTICATED: 'Invalid or missing authentication',
  NOT_PARSABLE: 'Bad request',
  UPDATE_FAILED: 'Failed to update privacy settings',
};

/** `{ status, code, message, error }`: for `/users/me/privacy`. */
export const usersEnvelope: Envelope = ({ status, code, message, headers }) =>
  Response.json(
    { status: false, code: status, message: STATUS_TEXTS[status] ?? 'Error', error: FIXED_TEXTS[code] ?? message },
    { status, headers: { ...headers } },
  );

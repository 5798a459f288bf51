import { InstanceNotConnectedError } from '../errors.ts';
import type { Json, schemas } from './openapi-schemas.ts';
import { invalidValue, NO_SETTING_GIVEN, profileSpecs } from './profile-body.ts';
import { INVALID_CHANGE } from './users-privacy.ts';

/** Responses by HTTP status. */
type Responses = Readonly<Record<string, Json>>;

/** The API whose envelope an error has. */
type ErrorSchema = 'ProfileError' | 'UsersError';

export const ref = (schema: keyof typeof schemas): Json => ({ $ref: `#/components/schemas/${schema}` });

const json = (description: string, schema: keyof typeof schemas, headers?: Json): Json => ({
  description,
  ...(headers ? { headers } : {}),
  content: { 'application/json': { schema: ref(schema) } },
});

const header = (description: string, type: 'string' | 'integer', required = true): Json => ({
  description,
  required,
  schema: { type },
});

const retryAfter: Json = { 'Retry-After': header('Seconds after which another try makes sense.', 'integer') };

/** Statuses without the headers of an allowance: the token is not known yet, or the service failed. */
const UNCOUNTED: readonly string[] = ['401', '411', '413', '500'];

/** Adds the headers of the allowance. A 429 for an address has none, so there they are optional. */
export const counted = (responses: Responses): Responses =>
  Object.fromEntries(
    Object.entries(responses).map(([status, response]) => {
      if (UNCOUNTED.includes(status)) return [status, response];
      const isCertain = status !== '429';
      const headers = {
        'X-RateLimit-Limit': header(
          'Calls a minute that the token has, over both APIs and GraphQL.',
          'integer',
          isCertain,
        ),
        'X-RateLimit-Remaining': header('How many of them are left now.', 'integer', isCertain),
        'X-RateLimit-Reset': header('When there is more again, in epoch seconds.', 'integer', isCertain),
      };
      return [status, { ...response, headers: { ...(response['headers'] as Json | undefined), ...headers } }];
    }),
  );

/** The problems that any call may end with. */
const common = (schema: ErrorSchema): Responses => ({
  401: json('There is no token, or one that is unknown, expired or revoked.', schema, {
    'WWW-Authenticate': header('`Bearer`.', 'string'),
  }),
  403: json('The token lacks the scope for this: `read` to read, `write` to change.', schema),
  429: json('The token, or the address, has used up its calls for now.', schema, retryAfter),
  503: json('Too much waits to be done for this instance. Nothing was sent to WhatsApp.', schema, retryAfter),
  504: json('WhatsApp did not answer in time, or the call took more than 30 s.', schema),
});

const NOT_CONNECTED = `\`${InstanceNotConnectedError.text}\``;
const FAILED = 'The service failed; its log says why.';

const withBody = (schema: ErrorSchema): Responses => ({
  409: json('The first call with this `Idempotency-Key` is still running.', schema),
  411: json('The body came without a Content-Length.', schema),
  413: json('The body has more than 64 KiB.', schema),
  415: json('The body is not `application/json`.', schema),
});

const PROFILE_404 = 'There is no instance of that name within reach of the token.';
const USERS_404 = "The token's instance was deleted a moment ago.";
const USERS_ME = "The token is an account's, and the account has not exactly one instance.";

const listed = (lines: readonly string[]): string => lines.map((line) => `- ${line}`).join('\n');

const refusedRead = (schema: ErrorSchema): Responses => ({
  502: json('WhatsApp refused to show the settings, or answered without any.', schema),
});

const profileErrors: Responses = {
  400: json(`${NOT_CONNECTED}, or the name in the path is not percent-encoded UTF-8.`, 'ProfileError'),
  404: json(PROFILE_404, 'ProfileError'),
  500: json(FAILED, 'ProfileError'),
  ...common('ProfileError'),
};

export const profileGet: Responses = {
  200: json('The settings.', 'ProfileAnswer'),
  ...profileErrors,
  ...refusedRead('ProfileError'),
};

export const profilePost: Responses = {
  ...profileErrors,
  200: json(
    'Every requested field is confirmed by a read after the change. All settings as of that read.',
    'ProfileAnswer',
  ),
  400: json(
    `Nothing was applied. One of these, or what else is wrong with the body:\n\n${listed(
      [NO_SETTING_GIVEN, ...profileSpecs.map((spec) => invalidValue(spec, '<value>'))]
        .map((message) => `\`${message}\``)
        .concat(NOT_CONNECTED),
    )}`,
    'ProfileError',
  ),
  500: json(
    `\`failed to update <field> privacy: <reason>\` of the first field that does not hold; the others may. Read the settings to see. Or: ${FAILED}`,
    'ProfileError',
  ),
  ...withBody('ProfileError'),
};

const usersErrors: Responses = {
  400: json(listed([NOT_CONNECTED, USERS_ME]), 'UsersError'),
  404: json(USERS_404, 'UsersError'),
  500: json(FAILED, 'UsersError'),
  ...common('UsersError'),
};

export const usersGet: Responses = {
  200: json('The settings that have a name here.', 'UsersSettings'),
  ...usersErrors,
  ...refusedRead('UsersError'),
};

export const usersPatch: Responses = {
  ...usersErrors,
  200: json('The setting is confirmed by a read after the change.', 'UsersUpdated'),
  400: json(
    `Nothing was applied.\n\n${listed([
      `\`${INVALID_CHANGE}\`: one of them is missing, or the setting can not take the value.`,
      '`Bad request`: the body is not JSON.',
      NOT_CONNECTED,
      USERS_ME,
    ])}`,
    'UsersError',
  ),
  500: json(`\`Failed to update privacy settings\`: the setting does not hold. Or: ${FAILED}`, 'UsersError'),
  ...withBody('UsersError'),
};

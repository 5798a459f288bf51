import { counted, profileGet, profilePost, ref, usersGet, usersPatch } from './openapi-responses.ts';
import { schemas, updateExample, type Json } from './openapi-schemas.ts';
import { VERSION } from '../version.ts';
import { profilePrivacy } from './profile-privacy.ts';
import { namedSpecs, usersPrivacy } from './users-privacy.ts';

const body = (schema: keyof typeof schemas, example: unknown): Json => ({
  required: true,
  content: { 'application/json': { schema: ref(schema), example } },
});

const IDEMPOTENCY_KEY: Json = {
  name: 'Idempotency-Key',
  in: 'header',
  description:
    'With it, the same update sent again within 24 hours and 10,000 such calls of the token is not made again, but answered like the first. It is refused with another update.',
  schema: { type: 'string', pattern: '^[!-~]{1,255}$' },
};

const TOKEN_FORMS: Json = {
  token: {
    type: 'apiKey',
    in: 'header',
    name: 'token',
    description: 'An account or instance token. Goes before `Authorization` where both are sent.',
  },
  bearer: { type: 'http', scheme: 'bearer', description: 'The same token as `Authorization: Bearer <token>`.' },
  authorization: {
    type: 'apiKey',
    in: 'header',
    name: 'Authorization',
    description: 'The same token as `Authorization: <token>`.',
  },
};

const [firstNamed] = namedSpecs;
const usersExample = firstNamed && { setting: firstNamed.restName, value: Object.values(firstNamed.values)[0] };

const TAGS = {
  profile: { name: 'profile', description: 'In the way of RyzeAPI: an instance by its name.' },
  users: { name: 'users', description: "In the way of go-whatsapp-multi-session-rest-api: the token's instance." },
} as const;

/** The OpenAPI 3.1 description of the endpoints, made from the field table. */
export const describeApi = (): Json => ({
  openapi: '3.1.0',
  info: {
    title: 'Privet: privacy settings over REST',
    version: VERSION,
    license: { name: 'MIT', identifier: 'MIT' },
    description:
      'Reads and changes the privacy settings of linked WhatsApp accounts, in the way of two other APIs. What is reported as changed was read back from WhatsApp after the change.',
  },
  servers: [{ url: '/', description: 'The service that this description comes from.' }],
  tags: Object.values(TAGS),
  security: Object.keys(TOKEN_FORMS).map((form) => ({ [form]: [] })),
  paths: {
    [profilePrivacy.path]: {
      description: 'Other methods than these are answered with 405, a `ProfileError` and the header `Allow`.',
      parameters: [
        {
          name: 'instance',
          in: 'path',
          required: true,
          description: "The instance's name.",
          schema: { type: 'string' },
        },
      ],
      get: {
        operationId: 'readPrivacy',
        tags: [TAGS.profile.name],
        summary: 'Read all privacy settings',
        responses: counted(profileGet),
      },
      post: {
        operationId: 'updatePrivacy',
        tags: [TAGS.profile.name],
        summary: 'Change privacy settings',
        description:
          'Fields are checked in the order of the settings, up to the first that is invalid; then nothing is applied.',
        parameters: [IDEMPOTENCY_KEY],
        requestBody: body('ProfileUpdate', updateExample),
        responses: counted(profilePost),
      },
    },
    [usersPrivacy.path]: {
      description:
        '"me" is the instance of an instance token; an account token works while the account has one instance. Other methods than these are answered with 405, a `UsersError` and the header `Allow`.',
      get: {
        operationId: 'readMyPrivacy',
        tags: [TAGS.users.name],
        summary: 'Read privacy settings',
        responses: counted(usersGet),
      },
      patch: {
        operationId: 'updateMyPrivacy',
        tags: [TAGS.users.name],
        summary: 'Change one privacy setting',
        parameters: [IDEMPOTENCY_KEY],
        requestBody: body('UsersUpdate', usersExample),
        responses: counted(usersPatch),
      },
    },
  },
  components: {
    schemas,
    securitySchemes: TOKEN_FORMS,
  },
});

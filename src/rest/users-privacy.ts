import { fieldSpecs, type FieldSpec } from '../privacy/fields.ts';
import type { RequestedChange } from '../privacy/outcome.ts';
import { wireValue, type Snapshot } from '../privacy/settings.ts';
import { PrivetError } from '../errors.ts';
import { isObject, notParsable, readJson } from './body.ts';
import { applyChanges, type EndpointCall, type Resource } from './endpoint.ts';
import { usersEnvelope } from './envelope.ts';
import { badRequest } from './problem.ts';

const PATH = '/users/me/privacy';

/** `/users/me/privacy` of go-whatsapp-multi-session-rest-api, as it is documented. */
export const usersPrivacy: Resource = {
  path: PATH,
  envelope: usersEnvelope,
  match: (pathname) => (pathname === PATH ? '' : undefined),
  async instance({ directory, reach }) {
    const { instances } = await directory.list(reach, { first: 2 });
    const [only] = instances;
    return only && instances.length === 1 ? only.name : '';
  },
  endpoints: {
    GET: {
      scope: 'read',
      async run(call) {
        const { snapshot } = await call.privacy.read(call.reach, await myName(call), call);
        return answer('Privacy settings retrieved successfully', { data: dataOf(snapshot) });
      },
    },
    PATCH: {
      scope: 'write',
      async run(call) {
        const change = changeIn(await readJson(call.request));
        await applyChanges(call, await myName(call), [change]);
        return answer('Privacy settings updated successfully');
      },
    },
  },
};

export interface NamedSpec extends FieldSpec {
  readonly restName: string;
}

/** The fields that this API has. */
export const namedSpecs: readonly NamedSpec[] = fieldSpecs.flatMap((spec) =>
  spec.restName === undefined ? [] : [{ ...spec, restName: spec.restName }],
);

export const INVALID_CHANGE = 'Invalid setting or value';

/** @throws ProblemError 400, with one text for all mistakes in a body that parses. */
function changeIn(body: unknown): RequestedChange {
  if (body === undefined) throw notParsable();
  const { setting, value } = isObject(body) ? body : {};
  const spec = namedSpecs.find(({ restName }) => restName === setting);
  const wire = spec && Object.values(spec.values).find((known) => known === value);
  if (!spec || wire === undefined) throw badRequest(INVALID_CHANGE);
  return { field: spec.field, wire };
}

/**
 * The instance behind "me": that of an instance token, or the only one of an account.
 * @throws ProblemError 400 when the token reaches none or several; PrivetError NOT_FOUND when the token's own is deleted.
 */
async function myName({ directory, reach }: EndpointCall): Promise<string> {
  const { instances } = await directory.list(reach, { first: 2 });
  const [only, another] = instances;
  if (another) throw badRequest('This token reaches several instances: use the token of the instance that is meant');
  if (only) return only.name;
  if (reach.instanceId !== undefined) throw new PrivetError('NOT_FOUND', "There is no longer this token's instance");
  throw badRequest('This account has no instance yet');
}

const answer = (message: string, more: object = {}): Response =>
  Response.json({ code: 200, status: true, message, ...more });

/** The values on the wire; null where WhatsApp sends none. */
const dataOf = (snapshot: Snapshot): Record<string, string | null> =>
  Object.fromEntries(namedSpecs.map((spec) => [spec.restName, wireValue(snapshot, spec) ?? null]));

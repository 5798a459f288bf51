import type { Snapshot } from '../privacy/settings.ts';
import { wireValue } from '../privacy/settings.ts';
import { readJsonObject } from './body.ts';
import { applyChanges, type InstancePath, type Resource } from './endpoint.ts';
import { profileEnvelope } from './envelope.ts';
import { badRequest } from './problem.ts';
import { changesIn, SECTIONS, specsIn } from './profile-body.ts';

const PREFIX = '/api/profile/privacy/';

/** RyzeAPI's "Update privacy", and the read that its documentation recommends after an error. */
export const profilePrivacy: Resource = {
  path: `${PREFIX}{instance}`,
  envelope: profileEnvelope,
  match(pathname) {
    const segment = pathname.startsWith(PREFIX) ? pathname.slice(PREFIX.length) : '';
    return segment === '' || segment.includes('/') ? undefined : segment;
  },
  instance: async (named) => nameIn(named),
  endpoints: {
    GET: {
      scope: 'read',
      async run(call) {
        const { snapshot } = await call.privacy.read(call.reach, nameIn(call), call);
        return answer('Privacy settings retrieved successfully', snapshot);
      },
    },
    POST: {
      scope: 'write',
      async run(call) {
        const name = nameIn(call);
        const changes = changesIn((await readJsonObject(call.request)) ?? {});
        return answer('Privacy settings updated successfully', await applyChanges(call, name, changes));
      },
    },
  },
};

function nameIn({ segment }: InstancePath): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw badRequest('The instance name in the path is not percent-encoded UTF-8');
  }
}

const answer = (message: string, snapshot: Snapshot): Response =>
  Response.json({ success: true, message, settings: settingsOf(snapshot) });

/** The value of every field on the wire, even one that this version does not know; null where WhatsApp sends none. */
const settingsOf = (snapshot: Snapshot): Record<string, Record<string, string | null>> =>
  Object.fromEntries(
    SECTIONS.map((section) => [
      section,
      Object.fromEntries(specsIn(section).map((spec) => [spec.name, wireValue(snapshot, spec) ?? null])),
    ]),
  );

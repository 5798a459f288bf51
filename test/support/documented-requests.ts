/** What an account that is open to all shows. */
export const OPEN_SETTINGS = {
  visibility: { lastSeen: 'all', status: 'all', profile: 'all', online: 'all' },
  privacy: { readReceipts: 'all' },
  permissions: { callAdd: 'all', groupAdd: 'all' },
};

const RESTRICTIVE = {
  visibility: { lastSeen: 'none', status: 'contacts', profile: 'contacts', online: 'match_last_seen' },
  privacy: { readReceipts: 'none' },
  permissions: { callAdd: 'known', groupAdd: 'contacts' },
};

interface Example {
  readonly curl: string;
  readonly object: object;
  readonly python: string;
  readonly go: string;
  readonly settings: object;
}

/**
 * The requests that users of `/api/profile/privacy/:instance` have in their scripts, letter by letter, and the settings that
 * each one leaves of an account that was open to all.
 */
export const EXAMPLES: Readonly<Record<string, Example>> = {
  'Fully restrictive': {
    curl: `{
      "visibility": {
        "lastSeen": "none",
        "status": "contacts",
        "profile": "contacts",
        "online": "match_last_seen"
      },
      "privacy": {
        "readReceipts": "none"
      },
      "permissions": {
        "callAdd": "known",
        "groupAdd": "contacts"
      }
    }`,
    object: RESTRICTIVE,
    python:
      '{"visibility": {"lastSeen": "none", "status": "contacts", "profile": "contacts", "online": "match_last_seen"}, "privacy": {"readReceipts": "none"}, "permissions": {"callAdd": "known", "groupAdd": "contacts"}}',
    go: `{
          "visibility": {
              "lastSeen": "none",
              "status":   "contacts",
              "profile":  "contacts",
              "online":   "match_last_seen"
          },
          "privacy": {
              "readReceipts": "none"
          },
          "permissions": {
              "callAdd":  "known",
              "groupAdd": "contacts"
          }
      }`,
    settings: RESTRICTIVE,
  },
  'Only groupAdd': {
    curl: `{
      "permissions": { "groupAdd": "contacts" }
    }`,
    object: { permissions: { groupAdd: 'contacts' } },
    python: '{"permissions": {"groupAdd": "contacts"}}',
    go: `{
          "permissions": { "groupAdd": "contacts" }
      }`,
    settings: { ...OPEN_SETTINGS, permissions: { callAdd: 'all', groupAdd: 'contacts' } },
  },
  'Disable read receipts': {
    curl: `{
      "privacy": { "readReceipts": "none" }
    }`,
    object: { privacy: { readReceipts: 'none' } },
    python: '{"privacy": {"readReceipts": "none"}}',
    go: `{
          "privacy": { "readReceipts": "none" }
      }`,
    settings: { ...OPEN_SETTINGS, privacy: { readReceipts: 'none' } },
  },
  'Only lastSeen and online': {
    curl: `{
      "visibility": {
        "lastSeen": "none",
        "online": "match_last_seen"
      }
    }`,
    object: { visibility: { lastSeen: 'none', online: 'match_last_seen' } },
    python: '{"visibility": {"lastSeen": "none", "online": "match_last_seen"}}',
    go: `{
          "visibility": {
              "lastSeen": "none",
              "online":   "match_last_seen"
          }
      }`,
    settings: {
      ...OPEN_SETTINGS,
      visibility: { lastSeen: 'none', status: 'all', profile: 'all', online: 'match_last_seen' },
    },
  },
};

/** Each as each client sends it. */
export const REQUESTS = Object.entries(EXAMPLES).flatMap(([name, { curl, object, python, go, settings }]) => [
  { name, client: 'curl', body: curl, settings },
  { name, client: 'JavaScript', body: JSON.stringify(object), settings },
  { name, client: 'Python', body: python, settings },
  { name, client: 'Go', body: go, settings },
]);

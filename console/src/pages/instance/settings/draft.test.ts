import { describe, expect, test } from 'vitest';
import type { HeldSettingsFragment } from '../../../gql/graphql.ts';
import { changesOf, choose, inputOf, movesBetween, overtaken, without } from './draft.ts';

const held = (
  lastSeen: 'ALL' | 'CONTACTS' | 'NONE' | null,
): Pick<HeldSettingsFragment, 'visibility' | 'privacy' | 'permissions'> => ({
  visibility: { lastSeen, status: 'ALL', profile: 'ALL', online: 'ALL', linkedProfiles: null, pix: null },
  privacy: { readReceipts: 'ALL', defense: null, defaultDisappearing: null },
  permissions: { callAdd: 'ALL', groupAdd: 'ALL', messages: null, stickers: null },
});

describe('a draft', () => {
  test('an edit goes when what holds is chosen again', () => {
    const draft = choose({}, 'LAST_SEEN', 'NONE', 'ALL');
    expect(draft).toEqual({ LAST_SEEN: { value: 'NONE', base: 'ALL' } });
    expect(choose(draft, 'LAST_SEEN', 'ALL', 'ALL')).toEqual({});
  });

  test('an edit stays while the phone changes the same field, and the page says so', () => {
    const draft = choose({}, 'LAST_SEEN', 'NONE', 'ALL');
    expect(overtaken(draft, held('ALL'), 'LAST_SEEN')).toBeUndefined();
    expect(overtaken(draft, held('CONTACTS'), 'LAST_SEEN')).toBe('CONTACTS');
    expect(overtaken(draft, held('CONTACTS'), 'STATUS')).toBeUndefined();
    expect(changesOf(draft)).toEqual({ LAST_SEEN: 'NONE' });
    // Who may not read chose without knowing what held: it was not changed meanwhile.
    expect(overtaken(choose({}, 'LAST_SEEN', 'NONE', undefined), held('CONTACTS'), 'LAST_SEEN')).toBeUndefined();
  });

  test('each field is sent in its section', () => {
    const draft = choose(
      choose(choose({}, 'ONLINE', 'ALL', undefined), 'CALL_ADD', 'KNOWN', 'ALL'),
      'PIX',
      'NONE',
      'ALL',
    );
    expect(inputOf(changesOf(draft), 'STOP', '2026-01-31T12:00:00.000Z')).toEqual({
      visibility: { online: 'ALL', pix: 'NONE' },
      permissions: { callAdd: 'KNOWN' },
      onFailure: 'STOP',
      ifObservedAt: '2026-01-31T12:00:00.000Z',
    });
    expect(inputOf(changesOf(without(draft, ['ONLINE', 'PIX'])), 'CONTINUE', undefined)).toEqual({
      permissions: { callAdd: 'KNOWN' },
      onFailure: 'CONTINUE',
    });
  });
});

test('only what was known and is known can have changed', () => {
  expect(movesBetween(undefined, held('ALL'))).toEqual([]);
  expect(movesBetween(held(null), held('ALL'))).toEqual([]);
  expect(movesBetween(held('ALL'), held('NONE'))).toEqual([{ field: 'LAST_SEEN', from: 'ALL', to: 'NONE' }]);
});

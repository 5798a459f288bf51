import { expect, test } from 'vitest';
import type { RequestedChange } from '../outcome.ts';
import { change, HELD, view } from '../update.fixture.ts';
import { unsupportedAmong, warningsAbout } from './warnings.ts';

const found = (changes: RequestedChange[], held: Record<string, string> = {}): string[] =>
  warningsAbout(view({ ...HELD, ...held }), changes).map(({ field, code }) => `${field} ${code}`);

test.each<[string, RequestedChange[], Record<string, string>, string[]]>([
  ['online as last seen, which is ALL', [change('ONLINE', 'match_last_seen')], {}, ['ONLINE MATCHES_EVERYONE']],
  [
    'online as last seen, which becomes ALL',
    [change('LAST_SEEN', 'all'), change('ONLINE', 'match_last_seen')],
    { last: 'none' },
    ['ONLINE MATCHES_EVERYONE'],
  ],
  [
    'online as last seen, which is hidden',
    [change('ONLINE', 'match_last_seen')],
    { last: 'none' },
    ['ONLINE HIDDEN_IN_TURN'],
  ],
  [
    'online as last seen, which becomes hidden',
    [change('LAST_SEEN', 'contacts'), change('ONLINE', 'match_last_seen')],
    {},
    ['LAST_SEEN HIDDEN_IN_TURN', 'ONLINE HIDDEN_IN_TURN'],
  ],
  ['online as last seen, which is not known', [change('ONLINE', 'match_last_seen')], { last: 'error' }, []],
  ['online for all', [change('ONLINE', 'all')], { last: 'none' }, []],
  ['last seen for nobody', [change('LAST_SEEN', 'none')], {}, ['LAST_SEEN HIDDEN_IN_TURN']],
  ['last seen for all', [change('LAST_SEEN', 'all')], { last: 'none' }, []],
  ['no read receipts', [change('READ_RECEIPTS', 'none')], {}, ['READ_RECEIPTS RECIPROCAL_RECEIPTS']],
  ['read receipts', [change('READ_RECEIPTS', 'all')], { readreceipts: 'none' }, []],
  ['known callers alone', [change('CALL_ADD', 'known')], {}, ['CALL_ADD SILENCED_NOT_BLOCKED']],
  ['a list that is new', [change('STATUS', 'contact_blacklist')], {}, ['STATUS NOBODY_EXCLUDED']],
  [
    'a list where the value is not known',
    [change('STATUS', 'contact_blacklist')],
    { status: 'error' },
    ['STATUS NOBODY_EXCLUDED'],
  ],
  ['a list that is there already', [change('GROUP_ADD', 'contact_blacklist')], { groupadd: 'contact_blacklist' }, []],
])('%s', (_, changes, held, expected) => {
  expect(found(changes, held)).toEqual(expected);
});

test('a field that the account does not have is warned of as that alone', () => {
  const { calladd: _, ...rest } = HELD;
  const changes = [change('STATUS', 'none'), change('CALL_ADD', 'known')];
  expect(warningsAbout(view(rest), changes)).toEqual([]);
  expect(unsupportedAmong(view(rest), changes)).toMatchObject([{ code: 'UNSUPPORTED', field: 'CALL_ADD' }]);
});

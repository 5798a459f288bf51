import { expect, test } from 'vitest';
import { InstanceList, type ListedInstance, type ListedSettings, PAGE_ROWS, settingsOf } from './instance-list.ts';

type LiveSettings = ListedSettings & { readonly instance: { readonly id: string } };

const instance = (name: string, state: ListedInstance['state'] = 'OPEN'): ListedInstance => ({
  id: `id of ${name}`,
  name,
  state,
  since: '2030-01-01T00:00:00.000Z',
  reason: null,
  phoneNumber: null,
  lastSettings: null,
});

const settings = (name: string, lastSeen: ListedSettings['visibility']['lastSeen']): LiveSettings => ({
  id: `settings of ${name}`,
  instance: { id: `id of ${name}` },
  visibility: { lastSeen, status: null, profile: null, online: null },
  privacy: { readReceipts: null },
  permissions: { callAdd: null, groupAdd: null },
  observedAt: '2030-01-01T00:00:00.000Z',
  stale: false,
});

/** A list that is drawn when the test says so. */
function newList() {
  const due: { readonly draw: () => void; readonly isInBulk: boolean }[] = [];
  const list = new InstanceList((draw, isInBulk) => void due.push({ draw, isInBulk }));
  let drawn = 0;
  list.listing.follow(() => (drawn += 1));
  const tell = (...all: readonly ListedInstance[]): void => {
    for (const one of all) {
      list.instances.next({ instanceChanges: { instance: one, deleted: null, caughtUp: false } });
    }
  };
  return {
    list,
    due,
    drawn: () => drawn,
    tell,
    caughtUp: () => list.instances.next({ instanceChanges: { instance: null, deleted: null, caughtUp: true } }),
    remove: (name: string) =>
      list.instances.next({ instanceChanges: { instance: null, deleted: `id of ${name}`, caughtUp: true } }),
    hold: (one: LiveSettings) =>
      list.settings.next({ privacyChanges: { settings: one, deleted: null, caughtUp: true } }),
    draw: () => {
      for (const { draw } of due.splice(0)) draw();
      return list.listing.value;
    },
    names: () => list.listing.value.instances.map(({ name }) => name),
  };
}

test('however many events come, they are drawn once, by name', () => {
  const { list, tell, draw, drawn, names } = newList();
  list.instances.start?.();
  tell(instance('shop-10'), instance('shop-2'), instance('shop-2', 'STOPPED'), instance('bar'));
  const { states, isComplete } = draw();
  expect([names(), [...states], isComplete, drawn()]).toEqual([
    ['bar', 'shop-2', 'shop-10'],
    [
      ['OPEN', 2],
      ['STOPPED', 1],
    ],
    false,
    1,
  ]);
});

test('what is not told again after a lost connection stays until all was told, and is gone then', () => {
  const { list, tell, caughtUp, draw, names } = newList();
  tell(instance('a'), instance('b'), instance('c'));
  caughtUp();
  draw();
  list.instances.start?.();
  tell(instance('a'), instance('d'));
  draw();
  expect(names()).toEqual(['a', 'b', 'c', 'd']);
  tell(instance('c', 'STOPPED'));
  caughtUp();
  expect(draw().isComplete).toBe(true);
  expect(names()).toEqual(['a', 'c', 'd']);
});

test('a deleted instance is gone at once, and none is dropped by what comes after all was told', () => {
  const { tell, caughtUp, remove, draw, names } = newList();
  tell(instance('a'), instance('b'));
  caughtUp();
  remove('a');
  draw();
  expect(names()).toEqual(['b']);
});

test('settings belong to their instance, whichever is told first, and go by their own id', () => {
  const { list, tell, hold, draw } = newList();
  hold(settings('a', 'ALL'));
  tell(instance('a'));
  hold(settings('a', 'NONE'));
  expect(draw().settings.get('id of a')?.visibility.lastSeen).toBe('NONE');
  list.settings.next({ privacyChanges: { settings: null, deleted: 'settings of a', caughtUp: true } });
  expect(draw().settings.size).toBe(0);
});

test('where no live settings are told those that are stored show, and none where the instance has none any more', () => {
  const { hold, draw } = newList();
  const stored = { ...instance('a', 'RECONNECTING'), lastSettings: settings('a', 'ALL') };
  const shown = (one: ListedInstance): unknown => settingsOf(draw(), one)?.visibility.lastSeen;
  expect(shown(stored)).toBe('ALL');
  hold(settings('a', 'NONE'));
  expect(shown(stored)).toBe('NONE');
  expect(shown(instance('a', 'LOGGED_OUT'))).toBeUndefined();
  const ofAnother = { ...settings('a', 'CONTACTS'), observedAt: '2031-01-01T00:00:00.000Z' };
  expect(shown({ ...instance('a'), lastSettings: ofAnother })).toBe('CONTACTS');
});

test('the first page is drawn at once; the rest of many waits, until all was told', () => {
  const { list, tell, caughtUp, due, draw } = newList();
  const isNextInBulk = (name: string): boolean | undefined => {
    tell(instance(name));
    const next = due[0]?.isInBulk;
    draw();
    return next;
  };
  expect(isNextInBulk('first')).toBe(false);
  tell(...Array.from({ length: PAGE_ROWS }, (_, index) => instance(`shop-${index}`)));
  draw();
  expect(isNextInBulk('more')).toBe(true);
  caughtUp();
  list.settings.next({ privacyChanges: { settings: null, deleted: null, caughtUp: true } });
  draw();
  expect(isNextInBulk('last')).toBe(false);
});

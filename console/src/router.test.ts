import { afterAll, expect, test, vi } from 'vitest';

// What the browser has, for a module that looks at it as soon as it is there.
vi.stubGlobal('location', { hash: '' });
vi.stubGlobal('addEventListener', () => undefined);
const { hrefs, routeOf } = await import('./router.ts');
afterAll(() => void vi.unstubAllGlobals());

test.each(['shop', '.', 'a/b', '100%', '<img src=x onerror=alert(1)>', '"&#x27;', '../tokens', 'ção #1?'])(
  'the address of %j leads to it',
  (name) => {
    expect(routeOf(hrefs.instance(name))).toEqual({ page: 'instance', name });
    expect(routeOf(hrefs.link(name))).toEqual({ page: 'link', name });
    expect(hrefs.instance(name)).toMatch(/^#\/instances\/[\w.%!'()*~-]+$/);
  },
);

test.each([
  ['', { page: 'instances' }],
  ['#/', { page: 'instances' }],
  ['#/instances', { page: 'instances' }],
  ['#/link', { page: 'link', name: undefined }],
  ['#/tokens', { page: 'tokens' }],
  ['#/tokens/x', { page: 'unknown' }],
  ['#/instances/a/b', { page: 'unknown' }],
  ['#/instances/%', { page: 'instance', name: '%' }],
  [`#/instances/${'x'.repeat(201)}`, { page: 'unknown' }],
  ['#/nowhere', { page: 'unknown' }],
])('%j', (hash, route) => {
  expect(routeOf(hash)).toEqual(route);
});
